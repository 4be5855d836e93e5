package dev.weirkeeper.planner.agent;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The agent a task is pinned to.
 *
 * @param digest names this exact agent, its tools and prices
 * @param models the model and then its fallbacks
 * @param tools by name
 * @param rules approval policy, first match decides
 * @param approver whether somebody decides on requests
 * @param pipeline the steps of mode PIPELINE, empty otherwise
 * @param promptTokens no request has more input tokens for the system prompt and the tool
 *     definitions than this
 */
public record Agent(
    String name,
    String version,
    String digest,
    Mode mode,
    List<Model> models,
    Map<String, Tool> tools,
    List<Rule> rules,
    boolean approver,
    List<PipelineStep> pipeline,
    long promptTokens,
    Alerts alerts) {

  /** Who decides the next step. */
  public enum Mode {
    LOOP,
    SINGLE,
    PIPELINE
  }

  /** A model and what it costs at worst. */
  public record Model(String name, Tariff tariff) {}

  /**
   * A declared step.
   *
   * @param tool the tool to call; absent: the model
   * @param template with <code>{{task}}</code> and <code>{{step id}}</code> to be filled in
   * @param system system prompt of a model step; absent: the agent's
   */
  public record PipelineStep(
      String id,
      Optional<String> tool,
      String template,
      Optional<String> system,
      boolean continueOnError) {}

  /** Thresholds that raise an alert when passed. */
  public record Alerts(NanoUsd cost, int steps, Optional<Duration> duration) {
    public static final Alerts NONE =
        new Alerts(NanoUsd.UNLIMITED, Integer.MAX_VALUE, Optional.empty());
  }

  public Agent {
    models = List.copyOf(models);
    tools = Map.copyOf(tools);
    rules = List.copyOf(rules);
    pipeline = List.copyOf(pipeline);
  }

  /** What makes it impossible to run. */
  public Optional<String> problem() {
    if (models.isEmpty()) {
      return Optional.of("agent " + name + " has no model: give at least one");
    }
    Set<String> ids = new HashSet<>(Set.of("task"));
    for (PipelineStep step : pipeline) {
      if (!ids.add(step.id)) {
        return Optional.of(
            "agent %s has two meanings for {{%s}}: give each step an id of its own, not `task`"
                .formatted(name, step.id));
      }
    }
    return Optional.empty();
  }

  /** The rule that decides whether a call of this tool needs a person. */
  public Rule rule(Tool tool) {
    for (Rule rule : rules) {
      if (rule.matches(tool)) {
        return rule;
      }
    }
    return tool.destructive() ? Rule.DESTRUCTIVE : Rule.HARMLESS;
  }
}
