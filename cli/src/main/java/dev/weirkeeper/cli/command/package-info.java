/**
 * The commands of {@code weir}, one class each: arguments in, calls to the other packages, results
 * to the terminal. No command knows another.
 *
 * <p>Start with {@link dev.weirkeeper.cli.command.CommandTree}.
 */
@NullMarked
package dev.weirkeeper.cli.command;

import org.jspecify.annotations.NullMarked;
