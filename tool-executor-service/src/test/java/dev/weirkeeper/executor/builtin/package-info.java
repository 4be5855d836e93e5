/** Tests of the assembly of shipped tools. */
@NullMarked
package dev.weirkeeper.executor.builtin;

import org.jspecify.annotations.NullMarked;
