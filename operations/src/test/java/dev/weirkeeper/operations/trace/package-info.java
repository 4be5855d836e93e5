/** Tests of traces. */
@NullMarked
package dev.weirkeeper.operations.trace;

import org.jspecify.annotations.NullMarked;
