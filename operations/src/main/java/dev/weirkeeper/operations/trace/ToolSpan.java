package dev.weirkeeper.operations.trace;

import java.time.Instant;
import java.util.Optional;

/**
 * One tool call in an executor, retries included.
 *
 * @param failure the error code if it did not succeed
 */
public record ToolSpan(
    String sessionId,
    String taskId,
    String callId,
    int attempt,
    String tool,
    String executor,
    Optional<String> failure,
    Instant start,
    Instant end) {}
