/** Tests of the models that cost nothing. */
@NullMarked
package dev.weirkeeper.local.rehearsal;

import org.jspecify.annotations.NullMarked;
