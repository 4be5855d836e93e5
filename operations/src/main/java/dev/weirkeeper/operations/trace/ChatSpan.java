package dev.weirkeeper.operations.trace;

import java.time.Instant;
import java.util.Optional;

/**
 * One model call, from the first request to the end of the reply.
 *
 * @param provider {@code anthropic} or {@code openai}
 * @param finishReason the provider's own word; empty if there was no reply
 * @param failure the kind of error if there was no reply
 */
public record ChatSpan(
    String sessionId,
    String taskId,
    String callId,
    int attempt,
    String provider,
    String requestModel,
    String responseModel,
    long maxOutputTokens,
    TokenCounts tokens,
    long costNanoUsd,
    String finishReason,
    Optional<String> responseId,
    Optional<String> failure,
    Instant start,
    Instant end) {}
