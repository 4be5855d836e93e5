package dev.weirkeeper.cli.form;

import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.AgentMode;
import dev.weirkeeper.wire.AlertThresholds;
import dev.weirkeeper.wire.ApprovalRule;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.PipelineStep;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RuleAction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Agent definitions in YAML, one document per agent, several separated by {@code ---}:
 *
 * <pre>{@code
 * name: support
 * version: "3"
 * model: {provider: anthropic_messages, model: claude-sonnet-4-5}
 * system_prompt: You answer customers' questions.
 * tools: [lookup_user, search_tickets]
 * limits: {max_steps: 12, max_cost_usd: 0.10, max_duration: 5m}
 * approval_rules:
 *   - {id: mail, tool: send_email, action: ask}
 * }</pre>
 */
public final class AgentFile {

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  private AgentFile() {}

  /**
   * What a file holds.
   *
   * @param agents the definitions, empty if there is any problem
   * @param problems what is wrong, each with its place
   */
  public record Contents(List<AgentDefinition> agents, List<String> problems) {}

  /** Reads all documents of a file; a problem in one keeps all of them from being used. */
  public static Contents read(String text) {
    List<JsonNode> documents = new ArrayList<>();
    try (MappingIterator<JsonNode> nodes = YAML.readerFor(JsonNode.class).readValues(text)) {
      nodes.forEachRemaining(documents::add);
    } catch (JacksonException e) {
      return new Contents(
          List.of(),
          List.of(
              "line %d: not YAML: %s"
                  .formatted(e.getLocation().getLineNr(), e.getOriginalMessage())));
    }
    List<String> problems = new ArrayList<>();
    List<AgentDefinition> agents = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode document : documents) {
      List<String> own = new ArrayList<>();
      Form form = Form.of(document, own);
      if (own.isEmpty()) {
        AgentDefinition agent = read(form);
        form.end();
        form.expect(names.add(agent.getName()), "name", "a name no other document has");
        agents.add(agent);
      }
      String place =
          documents.size() == 1 ? "" : "document " + (documents.indexOf(document) + 1) + ": ";
      own.forEach(problem -> problems.add(place + problem));
    }
    if (documents.isEmpty()) {
      problems.add("the file holds no agent");
    }
    return new Contents(problems.isEmpty() ? List.copyOf(agents) : List.of(), problems);
  }

  private static AgentDefinition read(Form form) {
    String name = form.text("name");
    if (!name.isEmpty()) {
      form.expect(
          NAME.matcher(name).matches(),
          "name",
          "1 to 64 lower-case letters, digits, - and _, beginning with a letter or digit");
    }
    AgentMode mode =
        form.choice("mode", AgentMode.class, EnumSet.allOf(AgentMode.class)).orElse(AgentMode.LOOP);
    List<PipelineStep> pipeline = form.objects("pipeline", AgentFile::step);
    if (mode == AgentMode.PIPELINE) {
      form.expect(!pipeline.isEmpty(), "pipeline", "one step at least in mode pipeline");
    } else {
      form.expect(pipeline.isEmpty(), "pipeline", "no steps unless mode is pipeline");
    }
    Set<String> steps = new HashSet<>();
    pipeline.forEach(
        step ->
            form.expect(steps.add(step.getId()), "pipeline", "each step with an id of its own"));
    ModelChoice model =
        form.object("model", AgentFile::model)
            .orElseGet(
                () -> {
                  form.expect(false, "model", "provider and model");
                  return ModelChoice.newBuilder()
                      .setProvider(Provider.ANTHROPIC_MESSAGES)
                      .setModel("")
                      .build();
                });
    return AgentDefinition.newBuilder()
        .setName(name)
        .setVersion(form.text("version"))
        .setDescription(form.optionalText("description").orElse(""))
        .setMode(mode)
        .setModel(model)
        .setFallbackModels(form.objects("fallback_models", AgentFile::model))
        .setSystemPrompt(form.optionalText("system_prompt").orElse(""))
        .setTools(form.texts("tools").orElse(null))
        .setLimits(form.object("limits", LimitsForm::read).orElse(null))
        .setApprovalRules(form.objects("approval_rules", AgentFile::rule))
        .setApprover(form.flag("approver").orElse(true))
        .setPipeline(pipeline)
        .setRequestOptions(form.json("request_options").orElse(null))
        .setAlerts(form.object("alerts", AgentFile::alerts).orElse(null))
        .build();
  }

  private static ModelChoice model(Form form) {
    Provider provider =
        form.choice("provider", Provider.class, EnumSet.allOf(Provider.class))
            .orElseGet(
                () -> {
                  form.text("provider");
                  return Provider.ANTHROPIC_MESSAGES;
                });
    String baseUrl = form.optionalText("base_url").orElse(null);
    if (baseUrl != null) {
      form.expect(
          baseUrl.matches("https?://\\S+"), "base_url", "an address such as https://host/v1");
    }
    return ModelChoice.newBuilder()
        .setProvider(provider)
        .setModel(form.text("model"))
        .setBaseUrl(baseUrl)
        .build();
  }

  private static ApprovalRule rule(Form form) {
    return ApprovalRule.newBuilder()
        .setId(form.text("id"))
        .setTool(form.text("tool"))
        .setAction(
            form.choice("action", RuleAction.class, EnumSet.allOf(RuleAction.class))
                .orElseGet(
                    () -> {
                      form.text("action");
                      return RuleAction.ASK;
                    }))
        .setDestructiveOnly(form.flag("destructive_only").orElse(false))
        .build();
  }

  private static PipelineStep step(Form form) {
    return PipelineStep.newBuilder()
        .setId(form.text("id"))
        .setTool(form.optionalText("tool").orElse(null))
        .setTemplate(form.text("template"))
        .setSystem(form.optionalText("system").orElse(null))
        .setContinueOnError(form.flag("continue_on_error").orElse(false))
        .build();
  }

  private static AlertThresholds alerts(Form form) {
    return AlertThresholds.newBuilder()
        .setCostNanoUsd(form.dollars("cost_usd").orElse(null))
        .setSteps(form.positive("steps").orElse(null))
        .setDurationMs(form.duration("duration").orElse(null))
        .build();
  }
}
