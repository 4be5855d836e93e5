package dev.weirkeeper.operations.trace;

import java.time.Instant;
import java.util.Optional;

/**
 * A task from acceptance to result.
 *
 * @param failure the status if it is not complete
 */
public record AgentSpan(
    String sessionId,
    String taskId,
    String tenant,
    String agent,
    String agentVersion,
    String model,
    TokenCounts tokens,
    long costNanoUsd,
    int steps,
    Optional<String> failure,
    Instant start,
    Instant end) {}
