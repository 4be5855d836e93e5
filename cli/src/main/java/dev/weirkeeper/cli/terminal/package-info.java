/**
 * What a person or a program sees of the {@code weir} command.
 *
 * <p>Results go to standard output, as text or with {@code --json} as one JSON object per line;
 * everything else (progress, notes, errors) goes to standard error, so that results can be piped.
 * Colour and lines that rewrite themselves appear on a terminal only.
 *
 * <p>Start with {@link dev.weirkeeper.cli.terminal.Terminal}.
 */
@NullMarked
package dev.weirkeeper.cli.terminal;

import org.jspecify.annotations.NullMarked;
