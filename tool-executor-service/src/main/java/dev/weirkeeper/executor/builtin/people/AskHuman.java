package dev.weirkeeper.executor.builtin.people;

import dev.weirkeeper.executor.tool.CallableTool;
import dev.weirkeeper.executor.tool.RetryPolicy;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.operations.config.Setting;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** The declaration of the {@code ask_human} tool, whose executor is a person. */
public final class AskHuman implements CallableTool {

  private static final int MAX_QUESTION = 2_000;
  private static final int MAX_CHOICES = 10;

  public static final Setting<Boolean> OFFERED =
      Setting.flag("tools.ask-human.offered")
          .defaultsTo("true")
          .describedAs("offers ask_human, with which an agent asks whoever approves its calls");

  private final ToolDeclaration declaration =
      new ToolDeclaration(
          "ask_human",
          "Asks the person in charge a question and waits for the answer, which may take minutes or"
              + " longer. Use it when only a person can know or decide, not for what another tool"
              + " can find out. Ask one clear question that can be answered without reading this"
              + " conversation.",
          schema(),
          new ToolDeclaration.Effect(false, true, false),
          Duration.ofSeconds(30),
          RetryPolicy.never(),
          64 * 1024,
          "default",
          OptionalInt.empty(),
          Optional.empty(),
          "builtin",
          true);

  private static String schema() {
    ObjectNode schema = ToolJson.object().put("type", "object").put("additionalProperties", false);
    ObjectNode properties = schema.putObject("properties");
    properties
        .putObject("question")
        .put("type", "string")
        .put("description", "The question, with what a person needs to know to answer it.")
        .put("minLength", 1)
        .put("maxLength", MAX_QUESTION);
    properties
        .putObject("choices")
        .put("type", "array")
        .put("description", "Answers to choose from, if there are a few. Others may come back.")
        .put("maxItems", MAX_CHOICES)
        .putObject("items")
        .put("type", "string")
        .put("maxLength", 200);
    schema.putArray("required").add("question");
    return ToolJson.canonical(schema);
  }

  @Override
  public ToolDeclaration declaration() {
    return declaration;
  }

  /**
   * Never called by a planner of ours, which asks a person instead.
   *
   * @throws ToolFailure always
   */
  @Override
  public Object call(ObjectNode arguments, ToolContext context) {
    throw ToolFailure.of("ask_human is answered by a person, not by an executor")
        .hint("this needs a person: whoever sent this call is no planner of this system");
  }
}
