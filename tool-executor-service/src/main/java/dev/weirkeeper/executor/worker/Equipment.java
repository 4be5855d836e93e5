package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.journal.ExecutionJournal;
import dev.weirkeeper.executor.result.ResultLimit;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.Tracing;
import java.time.Clock;
import java.util.Optional;

/**
 * What the workers of all pools of one executor share.
 *
 * @param executor id of this executor, as results name it
 * @param journal absent where every tool is read-only
 * @param limit decides what of a result is shown
 * @param redaction takes secrets out of results, errors and log lines
 * @param outbox sends results and dead letters
 * @param cancellations knows which calls are no longer wanted
 * @param metrics counts
 * @param tracing reports spans
 * @param clock tells deadlines
 */
public record Equipment(
    String executor,
    Optional<ExecutionJournal> journal,
    ResultLimit limit,
    Redaction redaction,
    Outbox outbox,
    Cancellations cancellations,
    ExecutorMetrics metrics,
    Tracing tracing,
    Clock clock) {}
