/**
 * Makes model calls: one HTTP exchange after the other until a provider has answered or there is no
 * point in asking again.
 *
 * <p>It knows nothing of sessions, budgets or Kafka, and nothing of how a provider spells things:
 * that is {@link dev.weirkeeper.planner.dialect}.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A call is charged at most once: once a request has been sent and its fate is unknown, it is
 *       not sent again; the reply says {@code may_retry} and the planner decides, with a new
 *       reservation. Answers with an error status are not charged and are sent again by the one
 *       retry layer there is.
 *   <li>Whatever a provider or a network does becomes a {@code ModelReply}; nothing is thrown.
 *   <li>An API key goes to the address it was configured for and nowhere else, and appears in no
 *       message, record or log line.
 *   <li>No more requests are under way to one address than configured, and none is sent while the
 *       provider has asked to wait.
 * </ul>
 *
 * <p>Start with {@link dev.weirkeeper.planner.provider.ModelClient}.
 */
@NullMarked
package dev.weirkeeper.planner.provider;

import org.jspecify.annotations.NullMarked;
