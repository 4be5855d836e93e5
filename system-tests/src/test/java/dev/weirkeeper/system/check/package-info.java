/** Tests of the package of the same name. */
@NullMarked
package dev.weirkeeper.system.check;

import org.jspecify.annotations.NullMarked;
