/**
 * Money: the rules by which the ledger's lines become sums, questions asked of it, and what it
 * would have cost otherwise.
 *
 * <p>The lines themselves are decided by the planner and come from session events; nothing here
 * prices a call anew except where somebody asks what another price book would have said.
 *
 * <p>Invariants: amounts are whole billionths of a US dollar, in {@code bigint}; sums are kept in
 * the transaction of the lines they sum; for every closed call, reserved = settled + released +
 * unsettled; the sum over any grouping is the sum over all calls.
 *
 * <p>Start with {@link dev.weirkeeper.audit.ledger.CostRollup}.
 */
@NullMarked
package dev.weirkeeper.audit.ledger;

import org.jspecify.annotations.NullMarked;
