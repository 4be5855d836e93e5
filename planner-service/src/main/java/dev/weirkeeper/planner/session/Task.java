package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import java.util.List;
import java.util.Optional;

/**
 * A task as it was accepted. Nothing in it changes.
 *
 * @param limits everything filled in
 * @param lowered limits that it asked for and its agent does not allow, in words
 * @param governed the tenant has a daily budget to ask
 * @param text what to do; kept for pipelines, whose templates use it, and empty otherwise
 * @param content of the text, in the journal
 */
public record Task(
    String id,
    String tenant,
    Agent agent,
    Limits limits,
    List<String> lowered,
    boolean governed,
    String text,
    Content content) {

  public Task {
    lowered = List.copyOf(lowered);
  }

  /** Why it can't be run. */
  public Optional<String> problem() {
    return limits.problem().or(agent::problem);
  }
}
