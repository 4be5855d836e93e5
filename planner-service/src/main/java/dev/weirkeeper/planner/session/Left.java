package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Account.Held;
import dev.weirkeeper.planner.session.Account.SubAgent;

/**
 * What a task may still use. What is set aside for sub-agents and for calls whose bill is unknown
 * is not left.
 *
 * @param cost the tighter of the task's and the session's limit
 * @param steps model calls plus tool calls
 * @param tokens of all classes
 */
public record Left(NanoUsd cost, int steps, long tokens) {

  /** What is left to the task of a session. */
  public static Left of(Session session, Run run) {
    Limits limits = run.limits();
    Spent spent = run.spent();
    NanoUsd cost = limits.maxCost().minus(run.before().cost()).minus(spent.committed());
    int steps = limits.maxSteps() - run.stepsUsed();
    long tokens = limits.maxTokens() - run.tokensUsed();
    Account account = session.account();
    // Mostly nothing is held, and this is asked several times a step.
    if (!account.held().isEmpty()) {
      for (Held held : account.held().values()) {
        if (held.taskId().equals(run.task().id())) {
          cost = cost.minus(held.amount());
          if (held instanceof SubAgent child) {
            steps -= child.steps();
            tokens -= child.tokens();
          }
        }
      }
    }
    return new Left(cost.min(limits.maxSessionCost().minus(account.committed())), steps, tokens);
  }

  static Left of(Now now) {
    return of(now.session(), now.run());
  }
}
