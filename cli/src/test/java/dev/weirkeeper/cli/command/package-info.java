/** Tests of what stands in {@code command}. */
@NullMarked
package dev.weirkeeper.cli.command;

import org.jspecify.annotations.NullMarked;
