/** Tests of the package of the same name. */
@NullMarked
package dev.weirkeeper.system.process;

import org.jspecify.annotations.NullMarked;
