/**
 * The audit sink as a service: the log and the ledger of everything agents did, in PostgreSQL, and
 * the ways to ask for it.
 *
 * <p>Start with {@link dev.weirkeeper.audit.AuditSinkService}.
 */
@NullMarked
package dev.weirkeeper.audit;

import org.jspecify.annotations.NullMarked;
