/**
 * Failures as sentences: what is wrong, which thing, and what to do.
 *
 * <p>{@link dev.weirkeeper.cli.trouble.Trouble} is thrown where the reason is known; {@link
 * dev.weirkeeper.cli.trouble.Explanation} makes one of what libraries throw. What neither knows is
 * a bug and shows as one.
 */
@NullMarked
package dev.weirkeeper.cli.trouble;

import org.jspecify.annotations.NullMarked;
