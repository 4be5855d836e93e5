package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;

/**
 * What a task has used.
 *
 * @param steps model calls plus tool calls, those of sub-agents included
 * @param cost settled cost of the task's own model calls
 * @param childCost settled cost of its sub-agents
 * @param unsettled may have been charged for its own calls as well
 * @param childUnsettled may have been charged for its sub-agents as well
 * @param toolCalls calls sent or asked for, by tool
 */
public record Spent(
    int steps,
    int modelCalls,
    TokenUsage usage,
    NanoUsd cost,
    NanoUsd childCost,
    NanoUsd unsettled,
    NanoUsd childUnsettled,
    Tally toolCalls) {

  /** Of a task that never began. */
  public static final Spent NOTHING =
      new Spent(
          0,
          0,
          TokenUsage.NONE,
          NanoUsd.ZERO,
          NanoUsd.ZERO,
          NanoUsd.ZERO,
          NanoUsd.ZERO,
          Tally.NONE);

  /** Settled cost, sub-agents included. */
  public NanoUsd total() {
    return cost.plus(childCost);
  }

  /** What may have been charged beyond it. */
  public NanoUsd totalUnsettled() {
    return unsettled.plus(childUnsettled);
  }

  NanoUsd committed() {
    return total().plus(totalUnsettled());
  }

  Spent modelCall() {
    return new Spent(
        steps + 1, modelCalls + 1, usage, cost, childCost, unsettled, childUnsettled, toolCalls);
  }

  Spent toolCall(String tool) {
    return new Spent(
        steps + 1,
        modelCalls,
        usage,
        cost,
        childCost,
        unsettled,
        childUnsettled,
        toolCalls.plus(tool));
  }

  Spent settled(TokenUsage used, NanoUsd amount, NanoUsd neverKnown) {
    return new Spent(
        steps,
        modelCalls,
        usage.plus(used),
        cost.plus(amount),
        childCost,
        unsettled.plus(neverKnown),
        childUnsettled,
        toolCalls);
  }

  /** A sub-agent ended: what it used counts. */
  Spent rolledUp(NanoUsd itsCost, NanoUsd itsUnsettled, TokenUsage itsUsage, int itsSteps) {
    return new Spent(
        steps + itsSteps,
        modelCalls,
        usage.plus(itsUsage),
        cost,
        childCost.plus(itsCost),
        unsettled,
        childUnsettled.plus(itsUnsettled),
        toolCalls);
  }

  /** As it stands in a result: what is held for the task may be charged after it. */
  Spent withHeld(NanoUsd forReplies, NanoUsd forSubAgents) {
    return new Spent(
        steps,
        modelCalls,
        usage,
        cost,
        childCost,
        unsettled.plus(forReplies),
        childUnsettled.plus(forSubAgents),
        toolCalls);
  }
}
