package dev.weirkeeper.planner.agent;

import dev.weirkeeper.planner.money.NanoUsd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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

  /** These limits, none above another's: what a task asked for, within what its agent may. */
  public Limits atMost(Limits most) {
    Map<String, Integer> perTool = new HashMap<>();
    for (Map<String, Integer> named : List.of(most.maxCallsPerTool, maxCallsPerTool)) {
      for (String tool : named.keySet()) {
        perTool.put(tool, Math.min(maxCalls(tool), most.maxCalls(tool)));
      }
    }
    return new Limits(
        Math.min(maxSteps, most.maxSteps),
        Math.min(maxTokens, most.maxTokens),
        maxCost.min(most.maxCost),
        maxSessionCost.min(most.maxSessionCost),
        shorter(maxDuration, most.maxDuration),
        shorter(maxIdle, most.maxIdle),
        perTool,
        Math.min(maxParallelCalls, most.maxParallelCalls),
        Math.min(maxIdenticalCalls, most.maxIdenticalCalls),
        Math.min(maxOutputTokens, most.maxOutputTokens),
        shorter(approvalTimeout, most.approvalTimeout));
  }

  /** Which of these are above another's, in the wire's words. */
  public List<String> above(Limits most) {
    List<String> above = new ArrayList<>();
    above(above, "max_steps", maxSteps, most.maxSteps);
    above(above, "max_tokens", maxTokens, most.maxTokens);
    above(above, "max_cost", maxCost, most.maxCost);
    above(above, "max_session_cost", maxSessionCost, most.maxSessionCost);
    above(above, "max_duration", maxDuration, most.maxDuration);
    above(above, "max_idle", maxIdle, most.maxIdle);
    for (String tool : new TreeSet<>(maxCallsPerTool.keySet())) {
      above(above, "max_calls_per_tool." + tool, maxCalls(tool), most.maxCalls(tool));
    }
    above(above, "max_parallel_calls", maxParallelCalls, most.maxParallelCalls);
    above(above, "max_identical_calls", maxIdenticalCalls, most.maxIdenticalCalls);
    above(above, "max_output_tokens", maxOutputTokens, most.maxOutputTokens);
    above(above, "approval_timeout", approvalTimeout, most.approvalTimeout);
    return List.copyOf(above);
  }

  private static <T extends Comparable<T>> void above(
      List<String> above, String name, T asked, T most) {
    if (asked.compareTo(most) > 0) {
      above.add(name + " is " + most + " instead of " + asked);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  /** Most calls of a tool in one task. */
  public int maxCalls(String tool) {
    Integer own = maxCallsPerTool.get(tool);
    return own != null ? own : maxCallsPerTool.getOrDefault("*", Integer.MAX_VALUE);
  }
}
