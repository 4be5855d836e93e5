package dev.weirkeeper.planner.agent;

import dev.weirkeeper.planner.money.NanoUsd;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one task may use, everything filled in.
 *
 * @param maxSteps model calls plus tool calls
 * @param maxTokens over all model calls, all classes
 * @param maxCost of the task
 * @param maxSessionCost of all tasks of the session
 * @param maxDuration from acceptance, waiting for people included
 * @param maxIdle without any progress while people are waited for
 * @param maxCallsPerTool by tool name, {@code *} for those not named; absent: no limit
 * @param maxParallelCalls calls of one turn under way at once
 * @param maxIdenticalCalls same tool and arguments among the last {@link #WINDOW} calls
 * @param maxOutputTokens of one model call
 * @param approvalTimeout how long an approval request stays open
 */
public record Limits(
    int maxSteps,
    long maxTokens,
    NanoUsd maxCost,
    NanoUsd maxSessionCost,
    Duration maxDuration,
    Duration maxIdle,
    Map<String, Integer> maxCallsPerTool,
    int maxParallelCalls,
    int maxIdenticalCalls,
    long maxOutputTokens,
    Duration approvalTimeout) {

  /** How many calls back the identical-call breaker looks. */
  public static final int WINDOW = 16;

  /** For whatever neither the task nor the agent says. */
  public static final Limits DEFAULT =
      new Limits(
          50,
          2_000_000,
          NanoUsd.dollars(5),
          NanoUsd.UNLIMITED,
          Duration.ofHours(1),
          Duration.ofHours(1),
          Map.of(),
          8,
          3,
          8192,
          Duration.ofMinutes(30));

  private static final long MOST_OUTPUT_TOKENS = 100_000_000;

  public Limits {
    maxCallsPerTool = Map.copyOf(maxCallsPerTool);
  }

  /** What makes no sense about them, in the wire's words. */
  public Optional<String> problem() {
    return Stream.of(
            below(1, maxSteps, "max_steps"),
            below(1, maxTokens, "max_tokens"),
            below(0, maxCost.value(), "max_cost_nano_usd"),
            below(0, maxSessionCost.value(), "max_session_cost_nano_usd"),
            below(1, maxDuration.toMillis(), "max_duration_ms"),
            below(1, maxIdle.toMillis(), "max_idle_ms"),
            below(1, maxParallelCalls, "max_parallel_calls"),
            below(1, maxIdenticalCalls, "max_identical_calls"),
            below(1, maxOutputTokens, "max_output_tokens"),
            below(1, approvalTimeout.toMillis(), "approval_timeout_ms"),
            maxOutputTokens > MOST_OUTPUT_TOKENS
                ? Optional.of(
                    "max_output_tokens is "
                        + maxOutputTokens
                        + ": give at most "
                        + MOST_OUTPUT_TOKENS)
                : Optional.<String>empty())
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> below(long least, long value, String name) {
    return value < least
        ? Optional.of(name + " is " + value + ": give at least " + least)
        : Optional.empty();
  }

  /** Most calls of a tool in one task. */
  public int maxCalls(String tool) {
    Integer own = maxCallsPerTool.get(tool);
    return own != null ? own : maxCallsPerTool.getOrDefault("*", Integer.MAX_VALUE);
  }
}
