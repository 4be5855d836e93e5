package dev.weirkeeper.planner.fork;

import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelChoice;
import java.util.Optional;

/**
 * A fork as somebody asks for it. What is absent is as it was.
 *
 * @param sessionId of the new session, which nothing has been written to
 * @param taskId of the task that goes on in it
 * @param agent another agent
 * @param agentVersion another version; with another agent, absent means its newest
 * @param model in the place of the agent's models
 * @param systemPrompt in the place of the agent's
 * @param limits those that are set in it, in the place of the task's; like any task's, never above
 *     the agent's
 */
public record ForkRequest(
    String sessionId,
    String taskId,
    Optional<String> agent,
    Optional<String> agentVersion,
    Optional<ModelChoice> model,
    Optional<String> systemPrompt,
    Optional<Limits> limits) {

  /** Whether something of the task that goes on is changed. */
  boolean changes() {
    return agent.isPresent()
        || agentVersion.isPresent()
        || model.isPresent()
        || systemPrompt.isPresent()
        || limits.isPresent();
  }

  /** A fork in which nothing is changed. */
  public static ForkRequest unchanged(String sessionId, String taskId) {
    return new ForkRequest(
        sessionId,
        taskId,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
