package dev.weirkeeper.planner.provider;

import dev.weirkeeper.planner.dialect.Message;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.dialect.PromptFormat;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.ToolDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Model calls for tests. */
public final class Calls {

  static final ModelChoice ANTHROPIC =
      new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-sonnet-5-5", null);
  static final ModelChoice CHAT =
      new ModelChoice(Provider.OPENAI_CHAT_COMPLETIONS, "gpt-6.2-sol", null);
  static final ModelChoice RESPONSES =
      new ModelChoice(Provider.OPENAI_RESPONSES, "gpt-6.2-sol", null);

  static final ToolDefinition CALCULATOR =
      tool(
          "calculator",
          "{\"additionalProperties\":false,\"properties\":{\"expression\":{\"type\":\"string\"}},"
              + "\"required\":[\"expression\"],\"type\":\"object\"}");
  static final ToolDefinition LOOKUP_USER =
      tool(
          "lookup_user",
          "{\"properties\":{\"user_id\":{\"type\":\"string\"}},\"required\":[\"user_id\"],"
              + "\"type\":\"object\"}");

  private Calls() {}

  static ToolDefinition tool(String name, String schema) {
    return ToolDefinition.newBuilder()
        .setName(name)
        .setVersion(name + "-1")
        .setDescription("The " + name + ".")
        .setInputSchema(schema)
        .build();
  }

  public static ModelCall call(ModelChoice model) {
    return ModelCall.newBuilder()
        .setCallId("s/3/m1")
        .setSessionId("s")
        .setTaskId("t")
        .setTurn(3)
        .setAttempt(1)
        .setModel(model)
        .setRequestHash("")
        .setInputTokensBound(1000)
        .setMaxOutputTokens(1024)
        .setReservedNanoUsd(1)
        .setMessages(1)
        .setRequestedAt(Instant.EPOCH)
        .build();
  }

  static Prompt prompt(ModelChoice model) {
    return new Prompt(
        "You are careful.",
        List.of(LOOKUP_USER, CALCULATOR),
        Optional.empty(),
        "pins-1",
        List.of(
            PromptFormat.of(model)
                .encode(new Message.User("What is 2^32, and can you look up user u_001?"))));
  }
}
