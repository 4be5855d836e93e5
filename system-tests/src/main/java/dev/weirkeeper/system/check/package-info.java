/**
 * Whether a run kept its promises, judged from what it left behind alone: complete dumps of every
 * topic, the audit store, the table that tools changed, and the model server's own record of what
 * it charged. Nothing the system says of itself is believed without a second source.
 *
 * <p>The rules are named; see {@link dev.weirkeeper.system.check.Checker#RULES}. They know what is
 * promised, not how it is done: none of them runs the planner, but the one that replays.
 *
 * <p>Start with {@link dev.weirkeeper.system.check.Checker}. {@link
 * dev.weirkeeper.system.check.CheckMain} judges a dump on disk.
 */
@NullMarked
package dev.weirkeeper.system.check;

import org.jspecify.annotations.NullMarked;
