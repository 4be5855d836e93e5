/** Tests of what stands in {@code stack}. */
@NullMarked
package dev.weirkeeper.cli.stack;

import org.jspecify.annotations.NullMarked;
