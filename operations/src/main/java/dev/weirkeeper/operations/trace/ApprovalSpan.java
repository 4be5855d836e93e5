package dev.weirkeeper.operations.trace;

import java.time.Instant;
import java.util.Optional;

/**
 * The time a call waited for a person.
 *
 * @param rule the rule that asked
 * @param verdict what came of it, such as {@code approved} or {@code expired}
 * @param decision where the person's program was in a trace of its own, if it said
 */
public record ApprovalSpan(
    String sessionId,
    String taskId,
    String callId,
    String tool,
    String rule,
    String verdict,
    Optional<TraceContext> decision,
    Instant start,
    Instant end) {}
