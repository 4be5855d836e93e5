package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests of OpenAI's Responses API. The provider stores nothing ({@code store: false}): every
 * request carries all items, encrypted reasoning included, so that no state of theirs can be
 * missing on a replay.
 *
 * <p>An agent on a model without reasoning takes {@code include} away with the option {@code
 * "include": null}.
 */
record ResponsesPrompt(String model) implements PromptFormat {

  private static final Set<String> OURS =
      Set.of(
          "model",
          "input",
          "instructions",
          "max_output_tokens",
          "max_tokens",
          "previous_response_id",
          "conversation",
          "background");
  private static final Set<String> ELSEWHERE = Set.of("tools", "stream");

  @Override
  public Frame frame(Prompt prompt) throws InvalidPromptException {
    RequestOptions options = RequestOptions.of(prompt.requestOptions(), OURS);
    ObjectNode request = WireJson.object();
    request.put("model", model);
    if (!prompt.system().isBlank()) {
      request.put("instructions", prompt.system());
    }
    options.tools(
        request,
        prompt.tools(),
        (node, tool) -> {
          node.put("type", "function");
          node.put("name", tool.name());
          node.put("description", tool.description());
          node.set("parameters", tool.schema());
          node.put("strict", false);
        });
    options.field(request, "store", WireJson.raw("false"));
    options.field(request, "include", WireJson.array().add("reasoning.encrypted_content"));
    options.rest(request, ELSEWHERE);
    ObjectNode last = WireJson.object();
    options.field(last, "stream", WireJson.raw("true"));
    String fields = WireJson.text(request);
    String rest = WireJson.text(last);
    return new Frame(
        fields.substring(0, fields.length() - 1) + ",\"input\":[",
        "",
        "],\"max_output_tokens\":",
        last.isEmpty() ? "}" : "," + rest.substring(1));
  }

  @Override
  public byte[] encode(Message message) {
    return switch (message) {
      case Message.User(String text) ->
          items(List.of(WireJson.object().put("role", "user").put("content", text)));
      case Message.Results(List<Message.Answer> answers) ->
          items(
              answers.stream()
                  .map(
                      answer ->
                          WireJson.object()
                              .put("type", "function_call_output")
                              .put("call_id", answer.providerCallId())
                              .put("output", answer.content()))
                  .toList());
      case Message.Assistant assistant -> assistant(assistant);
    };
  }

  private byte[] assistant(Message.Assistant assistant) {
    if (assistant.format() != Provider.OPENAI_RESPONSES) {
      return items(rebuilt(assistant));
    }
    if (ModelNames.same(assistant.model(), model)) {
      String content = assistant.content().strip();
      return content.isEmpty()
          ? new byte[0]
          : WireJson.utf8(content.substring(1, content.length() - 1).strip());
    }
    List<JsonNode> kept = new ArrayList<>();
    WireJson.parse(assistant.content())
        .ifPresent(
            items ->
                items.forEach(
                    item -> {
                      if (!WireJson.string(item, "type").equals("reasoning")
                          && item instanceof ObjectNode object) {
                        // An item's id ties it to the reasoning before it, which stays behind.
                        object.remove("id");
                        kept.add(object);
                      }
                    }));
    return items(kept);
  }

  private static List<JsonNode> rebuilt(Message.Assistant assistant) {
    List<JsonNode> items = new ArrayList<>();
    if (!assistant.text().isEmpty()) {
      items.add(WireJson.object().put("role", "assistant").put("content", assistant.text()));
    }
    for (RequestedCall call : assistant.calls()) {
      items.add(
          WireJson.object()
              .put("type", "function_call")
              .put("call_id", call.getProviderCallId())
              .put("name", call.getTool())
              .put("arguments", call.getArguments()));
    }
    return items;
  }

  private static byte[] items(List<? extends JsonNode> items) {
    return WireJson.utf8(items.stream().map(WireJson::text).collect(Collectors.joining(",")));
  }
}
