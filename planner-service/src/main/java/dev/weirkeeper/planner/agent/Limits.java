package dev.weirkeeper.planner.agent;

import dev.weirkeeper.planner.money.NanoUsd;
import java.time.Duration;
import java.util.Map;

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

  public Limits {
    maxCallsPerTool = Map.copyOf(maxCallsPerTool);
  }

  /** Most calls of a tool in one task. */
  public int maxCalls(String tool) {
    Integer own = maxCallsPerTool.get(tool);
    return own != null ? own : maxCallsPerTool.getOrDefault("*", Integer.MAX_VALUE);
  }
}
