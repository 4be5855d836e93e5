/** Tests of fail-points. */
@NullMarked
package dev.weirkeeper.operations.failpoint;

import org.jspecify.annotations.NullMarked;
