/**
 * The {@code weir} command.
 *
 * <p>{@link dev.weirkeeper.cli.Weir} is the entry. Commands stand in {@code command}; what they
 * talk to in {@code cluster}; the whole system in one process in {@code stack}; what people write
 * by hand in {@code form}; what they see in {@code terminal}; how failures become sentences in
 * {@code trouble}.
 */
@NullMarked
package dev.weirkeeper.cli;

import org.jspecify.annotations.NullMarked;
