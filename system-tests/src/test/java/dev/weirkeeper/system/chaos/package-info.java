/** Tests of the package of the same name. */
@NullMarked
package dev.weirkeeper.system.chaos;

import org.jspecify.annotations.NullMarked;
