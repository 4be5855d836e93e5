/**
 * Tells people: watches what no single session can (error rates, approvals that wait, budgets of
 * tenants), writes an alert once per crossing, and sends every alert, the planner's too, to a
 * webhook.
 *
 * <p>Invariants: an alert is a record on its topic first and is sent only once it has come back
 * from there; what was delivered is not sent again; a receiver that is down delays nothing but its
 * own deliveries.
 *
 * <p>Start with {@link dev.weirkeeper.audit.alert.Watch} and {@link
 * dev.weirkeeper.audit.alert.Webhook}.
 */
@NullMarked
package dev.weirkeeper.audit.alert;

import org.jspecify.annotations.NullMarked;
