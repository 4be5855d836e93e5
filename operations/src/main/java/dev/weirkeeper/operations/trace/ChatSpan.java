package dev.weirkeeper.operations.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One model call, from the first request to the end of the reply.
 *
 * @param provider {@code anthropic} or {@code openai}
 * @param finishReason the provider's own word; empty if there was no reply
 * @param requests sent, retries included
 * @param requestId the provider's id of the last of them
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
    int requests,
    Optional<String> requestId,
    Optional<Duration> timeToFirstChunk,
    Optional<String> failure,
    Instant start,
    Instant end) {}
