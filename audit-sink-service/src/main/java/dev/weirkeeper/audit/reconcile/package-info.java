/**
 * The ledger beside what a provider says it charged: exports of the providers' usage and cost
 * reports, compared day by day, model by model and class by class, and every difference put down to
 * what explains it.
 *
 * <p>It decides nothing and changes nothing; corrections are records on a topic like any other.
 *
 * <p>Invariants: a difference is explained only by calls or prices that are named, and never by
 * more than those could account for; what is left is said to be unexplained.
 *
 * <p>Start with {@link dev.weirkeeper.audit.reconcile.Reconciliation}.
 */
@NullMarked
package dev.weirkeeper.audit.reconcile;

import org.jspecify.annotations.NullMarked;
