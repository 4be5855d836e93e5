package dev.weirkeeper.planner.edge;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Agent.Alerts;
import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.agent.Agent.Model;
import dev.weirkeeper.planner.agent.Agent.PipelineStep;
import dev.weirkeeper.planner.agent.Rule;
import dev.weirkeeper.planner.agent.Tool;
import dev.weirkeeper.planner.dialect.PromptFormat;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.AlertThresholds;
import dev.weirkeeper.wire.ApprovalRule;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.Price;
import dev.weirkeeper.wire.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a task is pinned to, on the wire and as the core sees it.
 *
 * @param pins the record
 * @param agent the same as values
 */
public record Pinned(Pins pins, Agent agent) {

  /** The same as values. */
  public static Pinned of(Pins pins) {
    AgentDefinition definition = pins.getAgent();
    Map<String, Tool> tools = new TreeMap<>();
    for (ToolDefinition tool : pins.getTools()) {
      tools.put(tool.getName(), tool(tool));
    }
    List<Model> models = new ArrayList<>();
    for (ModelChoice choice : choices(definition)) {
      models.add(new Model(choice.getModel(), tariff(choice.getModel(), pins.getPrices())));
    }
    return new Pinned(
        pins,
        new Agent(
            definition.getName(),
            definition.getVersion(),
            pins.getDigest(),
            mode(definition),
            models,
            tools,
            definition.getApprovalRules().stream().map(Pinned::rule).toList(),
            definition.getApprover(),
            definition.getPipeline().stream().map(Pinned::step).toList(),
            promptTokens(pins),
            alerts(definition.getAlerts())));
  }

  /** The model and its fallbacks, in the order they are tried. */
  static List<ModelChoice> choices(AgentDefinition agent) {
    List<ModelChoice> choices = new ArrayList<>();
    choices.add(agent.getModel());
    choices.addAll(agent.getFallbackModels());
    return choices;
  }

  /** A model by its place: 0 is the first choice, then the fallbacks. */
  public ModelChoice choice(int index) {
    return choices(pins.getAgent()).get(index);
  }

  /** A pinned tool by name. */
  public Optional<ToolDefinition> tool(String name) {
    return pins.getTools().stream().filter(tool -> tool.getName().equals(name)).findFirst();
  }

  private static Mode mode(AgentDefinition definition) {
    return switch (definition.getMode()) {
      case LOOP -> Mode.LOOP;
      case SINGLE -> Mode.SINGLE;
      case PIPELINE -> Mode.PIPELINE;
    };
  }

  private static Tool tool(ToolDefinition tool) {
    return new Tool(
        tool.getName(),
        tool.getVersion(),
        tool.getPool(),
        tool.getDestructive(),
        Duration.ofMillis(tool.getTimeoutMs()),
        Optional.ofNullable(tool.getAgent()),
        tool.getAsksPerson());
  }

  private static Rule rule(ApprovalRule rule) {
    Rule.Action action =
        switch (rule.getAction()) {
          case ALLOW -> Rule.Action.ALLOW;
          case ASK -> Rule.Action.ASK;
          case DENY -> Rule.Action.DENY;
        };
    return new Rule(rule.getId(), rule.getTool(), action, rule.getDestructiveOnly());
  }

  private static PipelineStep step(dev.weirkeeper.wire.PipelineStep step) {
    return new PipelineStep(
        step.getId(),
        Optional.ofNullable(step.getTool()),
        step.getTemplate(),
        Optional.ofNullable(step.getSystem()),
        step.getContinueOnError());
  }

  private static Alerts alerts(@Nullable AlertThresholds thresholds) {
    if (thresholds == null) {
      return Alerts.NONE;
    }
    Long cost = thresholds.getCostNanoUsd();
    Integer steps = thresholds.getSteps();
    Long duration = thresholds.getDurationMs();
    return new Alerts(
        cost == null ? NanoUsd.UNLIMITED : new NanoUsd(cost),
        steps == null ? Integer.MAX_VALUE : steps,
        Optional.ofNullable(duration).map(Duration::ofMillis));
  }

  /** The dearest class of input counts: a prompt may be written to the cache as a whole. */
  private static Tariff tariff(String model, List<Price> prices) {
    return new Tariff(
        prices.stream()
            .filter(price -> price.getModel().equals(model))
            .map(
                price ->
                    new Tariff.Tier(
                        price.getFromInputTokens(),
                        Math.max(
                            Math.max(price.getUncachedInput(), price.getCacheRead()),
                            Math.max(price.getCacheWrite5m(), price.getCacheWrite1h())),
                        price.getOutput()))
            .toList());
  }

  private static long promptTokens(Pins pins) {
    AgentDefinition agent = pins.getAgent();
    long bytes = utf8(agent.getSystemPrompt()) + utf8(agent.getRequestOptions());
    for (ToolDefinition tool : pins.getTools()) {
      bytes +=
          utf8(tool.getName())
              + utf8(tool.getDescription())
              + utf8(tool.getInputSchema())
              + 2 * PromptFormat.TOKENS_PER_TOOL;
    }
    return bytes;
  }

  private static long utf8(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
