package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests of Anthropic's Messages API.
 *
 * <p>Caching: the provider matches prefixes in the order tools, system, messages. One breakpoint
 * stands on the end of system and tools; the other moves, by the request's own {@code
 * cache_control} field, which puts it on the last block of each request, so that fragments never
 * change. An agent takes the moving one away with the option {@code "cache_control": null}.
 */
record AnthropicPrompt(String model) implements PromptFormat {

  /** Stands for text that is empty or blank, which the provider refuses. */
  static final String NO_TEXT = "(no text)";

  private static final Set<String> OURS =
      Set.of("model", "messages", "system", "max_tokens", "max_output_tokens");
  private static final Set<String> ELSEWHERE = Set.of("tools", "stream");
  private static final Set<String> THINKING = Set.of("thinking", "redacted_thinking");
  private static final Pattern CALL_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
  private static final Pattern NOT_IN_NAMES = Pattern.compile("[^a-zA-Z0-9_-]");
  private static final int LONGEST_NAME = 64;

  @Override
  public Frame frame(Prompt prompt) throws InvalidPromptException {
    RequestOptions options = RequestOptions.of(prompt.requestOptions(), OURS);
    ObjectNode request = WireJson.object();
    request.put("model", model);
    options.tools(
        request,
        prompt.tools(),
        (node, tool) -> {
          node.put("name", tool.name());
          node.put("description", tool.description());
          node.set("input_schema", tool.schema());
        });
    if (!prompt.system().isBlank()) {
      ObjectNode text = request.putArray("system").addObject();
      text.put("type", "text").put("text", prompt.system());
      text.set("cache_control", ephemeral());
    } else if (request.get("tools") instanceof ArrayNode tools) {
      ((ObjectNode) tools.get(tools.size() - 1)).set("cache_control", ephemeral());
    }
    options.field(request, "cache_control", ephemeral());
    options.rest(request, ELSEWHERE);
    String fields = WireJson.text(request);
    ObjectNode last = WireJson.object();
    options.field(last, "stream", WireJson.raw("true"));
    String rest = WireJson.text(last);
    return new Frame(
        fields.substring(0, fields.length() - 1) + ",\"messages\":[",
        "",
        "],\"max_tokens\":",
        last.isEmpty() ? "}" : "," + rest.substring(1));
  }

  @Override
  public byte[] encode(Message message) {
    return switch (message) {
      case Message.User(String text) -> {
        ObjectNode user = WireJson.object().put("role", "user");
        user.putArray("content").addObject().put("type", "text").put("text", spoken(text));
        yield WireJson.utf8(WireJson.text(user));
      }
      case Message.Results results -> WireJson.utf8(WireJson.text(results(results)));
      case Message.Assistant assistant -> {
        String content = content(assistant);
        yield content.isEmpty() || content.equals("[]")
            ? new byte[0]
            : WireJson.utf8("{\"role\":\"assistant\",\"content\":" + content + "}");
      }
    };
  }

  private static ObjectNode results(Message.Results results) {
    ObjectNode user = WireJson.object().put("role", "user");
    ArrayNode blocks = user.putArray("content");
    for (Message.Answer answer : results.answers()) {
      ObjectNode block = blocks.addObject();
      block.put("type", "tool_result");
      block.put("tool_use_id", callId(answer.providerCallId()));
      block.put("content", spoken(answer.content()));
      if (answer.error()) {
        block.put("is_error", true);
      }
    }
    return user;
  }

  private String content(Message.Assistant assistant) {
    if (assistant.format() != Provider.ANTHROPIC_MESSAGES) {
      return WireJson.text(rebuilt(assistant));
    }
    if (ModelNames.same(assistant.model(), model)) {
      return assistant.content();
    }
    return WireJson.parse(assistant.content())
        .map(AnthropicPrompt::withoutThinking)
        .map(WireJson::text)
        .orElse("");
  }

  private static JsonNode withoutThinking(JsonNode content) {
    ArrayNode kept = WireJson.array();
    content.forEach(
        block -> {
          if (!THINKING.contains(WireJson.string(block, "type"))) {
            kept.add(block);
          }
        });
    return kept;
  }

  private static ArrayNode rebuilt(Message.Assistant assistant) {
    ArrayNode blocks = WireJson.array();
    if (!assistant.text().isBlank()) {
      blocks.addObject().put("type", "text").put("text", assistant.text());
    }
    for (RequestedCall call : assistant.calls()) {
      ObjectNode block = blocks.addObject();
      block.put("type", "tool_use");
      block.put("id", callId(call.getProviderCallId()));
      block.put("name", toolName(call.getTool()));
      block.set("input", object(call.getArguments()));
    }
    return blocks;
  }

  /** Arguments as the object that the format demands, wrapped if they are something else. */
  static JsonNode object(String arguments) {
    if (arguments.isBlank()) {
      return WireJson.object();
    }
    return WireJson.parseObject(arguments)
        .<JsonNode>map(_ -> WireJson.raw(arguments))
        .orElseGet(() -> WireJson.object().put("unparsed", arguments));
  }

  /** An id that the format accepts; the same for a call and its answer. */
  static String callId(String id) {
    return CALL_ID.matcher(id).matches() ? id : "call_" + CanonicalJson.sha256(id).substring(0, 24);
  }

  private static String toolName(String name) {
    String plain = NOT_IN_NAMES.matcher(name).replaceAll("_");
    String cut = plain.length() > LONGEST_NAME ? plain.substring(0, LONGEST_NAME) : plain;
    return cut.isEmpty() ? "_" : cut;
  }

  private static String spoken(String text) {
    return text.isBlank() ? NO_TEXT : text;
  }

  private static ObjectNode ephemeral() {
    return WireJson.object().put("type", "ephemeral");
  }
}
