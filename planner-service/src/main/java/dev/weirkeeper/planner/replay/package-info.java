/**
 * A recorded session, run again through today's planner. Reads topics, writes nothing. What it
 * finds is the first decision that would be another one today. Start with {@link
 * dev.weirkeeper.planner.replay.Replay}.
 */
@NullMarked
package dev.weirkeeper.planner.replay;

import org.jspecify.annotations.NullMarked;
