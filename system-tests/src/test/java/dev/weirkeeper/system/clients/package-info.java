/** People's own clients, in other languages, against a whole stack: the programs in examples/. */
@NullMarked
package dev.weirkeeper.system.clients;

import org.jspecify.annotations.NullMarked;
