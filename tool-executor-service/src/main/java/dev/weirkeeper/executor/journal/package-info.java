/**
 * The execution journal: what was started and how it ended, for calls of tools with side effects.
 *
 * <p>A row is claimed by a unique insert before the call runs and gets its outcome after. Executors
 * are handed the same call twice when one of them dies or loses its lock; the journal makes sure
 * that the second one answers what the first one did, waits for it, or says that the outcome is
 * unknown.
 *
 * <p>Invariants: at most one executor holds the newest epoch of a call, and only it can write the
 * outcome; an outcome is written once and never changes; leases are measured by the database's
 * clock only.
 *
 * <p>Start with {@link dev.weirkeeper.executor.journal.ExecutionJournal}.
 */
@NullMarked
package dev.weirkeeper.executor.journal;

import org.jspecify.annotations.NullMarked;
