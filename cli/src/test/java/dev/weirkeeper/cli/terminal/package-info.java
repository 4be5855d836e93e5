/** Tests of what stands in {@code terminal}. */
@NullMarked
package dev.weirkeeper.cli.terminal;

import org.jspecify.annotations.NullMarked;
