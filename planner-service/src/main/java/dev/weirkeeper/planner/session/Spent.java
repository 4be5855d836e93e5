package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import java.util.HashMap;
import java.util.Map;

/**
 * What a task has used.
 *
 * @param steps model calls plus tool calls, those of sub-agents included
 * @param cost settled cost of the task's own model calls
 * @param childCost settled cost of its sub-agents
 * @param unsettled held for calls whose bill is unknown
 * @param carved set aside for sub-agents under way
 * @param toolCalls calls sent or asked for, by tool
 */
public record Spent(
    int steps,
    int modelCalls,
    TokenUsage usage,
    NanoUsd cost,
    NanoUsd childCost,
    NanoUsd unsettled,
    NanoUsd carved,
    Map<String, Integer> toolCalls) {

  /** Of a task that never began. */
  public static final Spent NOTHING =
      new Spent(
          0, 0, TokenUsage.NONE, NanoUsd.ZERO, NanoUsd.ZERO, NanoUsd.ZERO, NanoUsd.ZERO, Map.of());

  /** Settled cost, sub-agents included. */
  public NanoUsd total() {
    return cost.plus(childCost);
  }

  /** All that can no longer be spent on something else. */
  NanoUsd committed() {
    return total().plus(unsettled).plus(carved);
  }

  Spent modelCall() {
    return new Spent(
        steps + 1, modelCalls + 1, usage, cost, childCost, unsettled, carved, toolCalls);
  }

  Spent toolCall(String tool) {
    Map<String, Integer> counts = new HashMap<>(toolCalls);
    counts.merge(tool, 1, Integer::sum);
    return new Spent(
        steps + 1, modelCalls, usage, cost, childCost, unsettled, carved, Map.copyOf(counts));
  }

  Spent settled(TokenUsage used, NanoUsd amount) {
    return new Spent(
        steps,
        modelCalls,
        usage.plus(used),
        cost.plus(amount),
        childCost,
        unsettled,
        carved,
        toolCalls);
  }

  Spent held(NanoUsd amount) {
    return new Spent(
        steps, modelCalls, usage, cost, childCost, unsettled.plus(amount), carved, toolCalls);
  }

  Spent carve(NanoUsd amount) {
    return new Spent(
        steps, modelCalls, usage, cost, childCost, unsettled, carved.plus(amount), toolCalls);
  }

  /** A sub-agent ended: what was carved for it comes back, what it used counts. */
  Spent rolledUp(NanoUsd carvedForIt, NanoUsd itsCost, TokenUsage itsUsage, int itsSteps) {
    return new Spent(
        steps + itsSteps,
        modelCalls,
        usage.plus(itsUsage),
        cost,
        childCost.plus(itsCost),
        unsettled,
        carved.minus(carvedForIt),
        toolCalls);
  }
}
