package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests of OpenAI's Chat Completions API, which many servers speak.
 *
 * <p>The output limit is sent as {@code max_completion_tokens}. For a server that only knows the
 * older {@code max_tokens}, an agent sets the option {@code "max_completion_tokens": null}.
 */
record ChatPrompt(String model) implements PromptFormat {

  private static final String LIMIT = "max_completion_tokens";
  private static final String OLD_LIMIT = "max_tokens";
  private static final Set<String> OURS = Set.of("model", "messages", LIMIT, OLD_LIMIT, "n");
  private static final Set<String> ELSEWHERE = Set.of("tools", "stream", LIMIT, OLD_LIMIT, "n");

  @Override
  public Frame frame(Prompt prompt) throws InvalidPromptException {
    RequestOptions options = RequestOptions.of(prompt.requestOptions(), OURS);
    ObjectNode request = WireJson.object();
    request.put("model", model);
    options.tools(
        request,
        prompt.tools(),
        (node, tool) -> {
          node.put("type", "function");
          node.putObject("function")
              .put("name", tool.name())
              .put("description", tool.description())
              .set("parameters", tool.schema());
        });
    ObjectNode last = WireJson.object();
    options.field(last, "stream", WireJson.raw("true"));
    if (!last.path("stream").toString().equals("false")) {
      options.field(request, "stream_options", WireJson.object().put("include_usage", true));
    }
    options.rest(request, ELSEWHERE);
    String fields = WireJson.text(request);
    String rest = WireJson.text(last);
    return new Frame(
        fields.substring(0, fields.length() - 1) + ",\"messages\":[",
        prompt.system().isBlank()
            ? ""
            : WireJson.text(
                WireJson.object().put("role", "system").put("content", prompt.system())),
        "],\"" + (options.wants(LIMIT) ? LIMIT : OLD_LIMIT) + "\":",
        last.isEmpty() ? "}" : "," + rest.substring(1));
  }

  @Override
  public byte[] encode(Message message) {
    return switch (message) {
      case Message.User(String text) ->
          WireJson.utf8(WireJson.text(WireJson.object().put("role", "user").put("content", text)));
      case Message.Results(List<Message.Answer> answers) ->
          WireJson.utf8(
              answers.stream()
                  .map(
                      answer ->
                          WireJson.text(
                              WireJson.object()
                                  .put("role", "tool")
                                  .put("tool_call_id", answer.providerCallId())
                                  .put("content", answer.content())))
                  .collect(Collectors.joining(",")));
      case Message.Assistant assistant ->
          assistant.format() == Provider.OPENAI_CHAT_COMPLETIONS
                  && ModelNames.same(assistant.model(), model)
              ? WireJson.utf8(assistant.content())
              : rebuilt(assistant);
    };
  }

  private static byte[] rebuilt(Message.Assistant assistant) {
    if (assistant.text().isEmpty() && assistant.calls().isEmpty()) {
      return new byte[0];
    }
    ObjectNode message = WireJson.object().put("role", "assistant");
    if (assistant.text().isEmpty()) {
      message.putNull("content");
    } else {
      message.put("content", assistant.text());
    }
    if (!assistant.calls().isEmpty()) {
      ArrayNode calls = message.putArray("tool_calls");
      for (RequestedCall call : assistant.calls()) {
        ObjectNode item = calls.addObject();
        item.put("id", call.getProviderCallId()).put("type", "function");
        item.putObject("function")
            .put("name", call.getTool())
            .put("arguments", call.getArguments());
      }
    }
    return WireJson.utf8(WireJson.text(message));
  }
}
