/**
 * The planner's pure core: what a session does next, and why.
 *
 * <p>{@link dev.weirkeeper.planner.session.Planner#step} takes a situation and an event and gives
 * the next situation and the effects, nothing else. A session's state is the fold of its events; so
 * a log of events can be replayed, and a crash loses nothing that can't be derived again.
 *
 * <p>It is not: a Kafka program, a JSON program, a clock. Time comes in with each event, content
 * stays in the journal and is named by its sequence number and hash, ids are derived from session,
 * turn and index. It imports the JDK's values and itself, and a test keeps it so.
 *
 * <p>Invariants: one result per task; no effect for an ended task; money spent, held and reserved
 * never passes a limit; each tool call of a turn gets exactly one answer; a gated call is sent only
 * after a decision that carries its argument hash.
 *
 * <p>Start with {@link dev.weirkeeper.planner.session.SessionState}, {@link
 * dev.weirkeeper.planner.session.SessionEvent} and {@link dev.weirkeeper.planner.session.Effect},
 * then read {@link dev.weirkeeper.planner.session.Planner}: it is the transition table. The loop is
 * in Plan, Act, Observe and Reflect.
 */
@NullMarked
package dev.weirkeeper.planner.session;

import org.jspecify.annotations.NullMarked;
