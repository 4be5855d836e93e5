/** Tests of what stands in {@code trouble}. */
@NullMarked
package dev.weirkeeper.cli.trouble;

import org.jspecify.annotations.NullMarked;
