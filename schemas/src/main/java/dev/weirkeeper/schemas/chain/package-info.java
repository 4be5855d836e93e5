/**
 * The hashing rule of the audit trail: how one {@link dev.weirkeeper.wire.SessionEvent} is bound to
 * its content and to the event before it, and how it is bound to the record it was decided on.
 *
 * <p>Only the rule is here; who writes the chain is the planner, who checks it is the audit sink.
 *
 * <p>Invariant: a hash depends on the schema the record carries and on its values, on nothing else,
 * so it can be recomputed for ever from the stored bytes and the schema they were written with.
 *
 * <p>Start with {@link dev.weirkeeper.schemas.chain.EventHash}.
 */
@NullMarked
package dev.weirkeeper.schemas.chain;

import org.jspecify.annotations.NullMarked;
