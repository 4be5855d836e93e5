/**
 * A session that goes on from a point of another one: what has to be written so that a planner, any
 * planner, takes it up. Reads a recorded session, writes nothing.
 *
 * <p>It is not the taking up itself: that is the core's ({@code session.Continue}). And it lets
 * nothing through: what it says of the past is what the model is shown, and calls without a result
 * are screened and gated by the planner like any other.
 *
 * <p>Start with {@link dev.weirkeeper.planner.fork.ForkPlan}.
 */
@NullMarked
package dev.weirkeeper.planner.fork;

import org.jspecify.annotations.NullMarked;
