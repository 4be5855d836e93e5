package dev.weirkeeper.local.rehearsal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request of the Messages API that the provider would have taken. Everything it refuses, this
 * refuses with the same status and in much the same words: a rehearsal that forgives what the
 * provider does not would be worth little.
 *
 * @param messages consecutive messages of one role put together
 */
record MessagesRequest(
    ObjectNode body,
    String model,
    long maxTokens,
    boolean stream,
    List<Turn> messages,
    Set<String> tools) {

  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final Pattern TOOL_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
  private static final Pattern TOOL_USE_ID = Pattern.compile("[a-zA-Z0-9_-]+");
  private static final int MOST_BREAKPOINTS = 4;
  private static final Set<String> FIELDS =
      Set.of(
          "model",
          "max_tokens",
          "messages",
          "system",
          "tools",
          "tool_choice",
          "thinking",
          "output_config",
          "metadata",
          "stop_sequences",
          "temperature",
          "top_p",
          "top_k",
          "service_tier",
          "inference_geo",
          "cache_control",
          "container",
          "stream");

  /** What one side said in one go. */
  record Turn(String role, List<JsonNode> blocks) {}

  /**
   * Reads a request.
   *
   * @throws ApiError as the provider would have answered
   */
  static MessagesRequest read(byte[] bytes) throws ApiError {
    ObjectNode body = object(bytes);
    for (String field : body.propertyNames()) {
      if (!FIELDS.contains(field)) {
        throw ApiError.invalid(field + ": Extra inputs are not permitted");
      }
    }
    String model = body.path("model").asString("");
    if (model.isBlank()) {
      throw ApiError.invalid("model: Field required");
    }
    JsonNode limit = body.path("max_tokens");
    if (!limit.isIntegralNumber() || !limit.canConvertToLong() || limit.longValue() < 1) {
      throw ApiError.invalid("max_tokens: Input should be greater than or equal to 1");
    }
    Set<String> tools = tools(body.path("tools"));
    List<Turn> turns = turns(body.path("messages"));
    pairs(turns, tools);
    texts(body.path("system"), "system");
    if (breakpoints(body) > MOST_BREAKPOINTS) {
      throw ApiError.invalid("A maximum of 4 blocks with cache_control may be provided.");
    }
    JsonNode stream = body.path("stream");
    if (!stream.isMissingNode() && !stream.isBoolean()) {
      throw ApiError.invalid("stream: Input should be a valid boolean");
    }
    return new MessagesRequest(
        body, model, limit.longValue(), stream.asBoolean(false), turns, tools);
  }

  private static ObjectNode object(byte[] bytes) throws ApiError {
    try {
      if (MAPPER.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
      throw ApiError.invalid("The request body is not a JSON object");
    } catch (JacksonException e) {
      throw ApiError.invalid("The request body is not valid JSON: " + e.getOriginalMessage());
    }
  }

  private static Set<String> tools(JsonNode tools) throws ApiError {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < tools.size(); i++) {
      JsonNode tool = tools.path(i);
      String name = tool.path("name").asString("");
      if (!TOOL_NAME.matcher(name).matches()) {
        throw ApiError.invalid(
            "tools." + i + ".name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
      }
      if (!names.add(name)) {
        throw ApiError.invalid("tools: Tool names must be unique.");
      }
      if (!tool.has("type")
          && !tool.path("input_schema").path("type").asString("").equals("object")) {
        throw ApiError.invalid("tools." + i + ".input_schema.type: Field required");
      }
    }
    return names;
  }

  private static List<Turn> turns(JsonNode messages) throws ApiError {
    if (!messages.isArray() || messages.isEmpty()) {
      throw ApiError.invalid("messages: at least one message is required");
    }
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      String role = message.path("role").asString("");
      if (!role.equals("user") && !role.equals("assistant")) {
        throw ApiError.invalid("messages." + i + ".role: Input should be 'user' or 'assistant'");
      }
      if (i == 0 && !role.equals("user")) {
        throw ApiError.invalid("messages: first message must use the \"user\" role");
      }
      List<JsonNode> blocks = blocks(message.path("content"), "messages." + i);
      if (!turns.isEmpty() && turns.getLast().role.equals(role)) {
        turns.getLast().blocks.addAll(blocks);
      } else {
        turns.add(new Turn(role, blocks));
      }
    }
    if (!turns.getLast().role.equals("user")) {
      throw ApiError.invalid(
          "This model does not support assistant message prefill. The conversation must end with a"
              + " user message.");
    }
    return turns;
  }

  private static List<JsonNode> blocks(JsonNode content, String where) throws ApiError {
    List<JsonNode> blocks = new ArrayList<>();
    if (content.isString()) {
      blocks.add(MAPPER.createObjectNode().put("type", "text").put("text", content.stringValue()));
    } else if (content instanceof ArrayNode array) {
      array.forEach(blocks::add);
    } else {
      throw ApiError.invalid(where + ".content: Field required");
    }
    if (blocks.isEmpty()) {
      throw ApiError.invalid(where + ": all messages must have non-empty content");
    }
    for (int i = 0; i < blocks.size(); i++) {
      JsonNode block = blocks.get(i);
      String type = block.path("type").asString("");
      String at = where + ".content." + i;
      switch (type) {
        case "" -> throw ApiError.invalid(at + ".type: Field required");
        case "text" -> text(block, at);
        case "tool_use" -> {
          if (!TOOL_USE_ID.matcher(block.path("id").asString("")).matches()) {
            throw ApiError.invalid(
                at + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
          }
          if (!block.path("input").isObject()) {
            throw ApiError.invalid(at + ".tool_use.input: Input should be a valid dictionary");
          }
        }
        case "tool_result" -> {
          JsonNode inner = block.path("content");
          if (!inner.isMissingNode() && !inner.isString() && !inner.isArray()) {
            throw ApiError.invalid(at + ".tool_result.content: Input should be a valid string");
          }
          texts(inner, at + ".tool_result");
        }
        default -> {
          // other blocks are taken as they are
        }
      }
    }
    return blocks;
  }

  private static void texts(JsonNode content, String where) throws ApiError {
    if (content.isArray()) {
      for (JsonNode block : content) {
        if (block.path("type").asString("").equals("text")) {
          text(block, where);
        }
      }
    }
  }

  private static void text(JsonNode block, String where) throws ApiError {
    if (!block.path("text").isString()) {
      throw ApiError.invalid(where + ".text: Field required");
    }
    if (block.path("text").stringValue().isBlank()) {
      throw ApiError.invalid(where + ": text content blocks must contain non-whitespace text");
    }
  }

  /** Each call is answered once, in the very next message, before any text. */
  private static void pairs(List<Turn> turns, Set<String> tools) throws ApiError {
    Set<String> everAsked = new HashSet<>();
    for (int i = 0; i < turns.size(); i++) {
      Turn turn = turns.get(i);
      Set<String> asked = i == 0 ? Set.of() : calls(turns.get(i - 1)).keySet();
      Set<String> answered = new HashSet<>();
      boolean other = false;
      for (JsonNode block : turn.blocks) {
        boolean result = block.path("type").asString("").equals("tool_result");
        String id = block.path("tool_use_id").asString("");
        if (result && !asked.contains(id)) {
          throw ApiError.invalid(
              "messages."
                  + i
                  + ": unexpected `tool_use_id` found in `tool_result` blocks: "
                  + id
                  + ". Each `tool_result` block must have a corresponding `tool_use` block in the"
                  + " previous message.");
        }
        if (result && other) {
          throw ApiError.invalid(
              "messages." + i + ": `tool_result` blocks must come before other content");
        }
        if (result && !answered.add(id)) {
          throw ApiError.invalid(
              "messages."
                  + i
                  + ": each tool_use must have a single result. Found multiple `tool_result` blocks with id: "
                  + id);
        }
        other |= !result;
      }
      List<String> open = asked.stream().filter(id -> !answered.contains(id)).sorted().toList();
      if (!open.isEmpty()) {
        throw ApiError.invalid(
            "messages."
                + (i - 1)
                + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
                + String.join(", ", open)
                + ". Each `tool_use` block must have a corresponding `tool_result` block in the next"
                + " message.");
      }
      for (JsonNode block : turn.blocks) {
        if (block.path("type").asString("").equals("tool_use")) {
          if (tools.isEmpty()) {
            throw ApiError.invalid(
                "Requests which include `tool_use` or `tool_result` blocks must define tools.");
          }
          if (!everAsked.add(block.path("id").asString(""))) {
            throw ApiError.invalid("messages." + i + ": `tool_use` ids must be unique");
          }
        }
      }
    }
  }

  /** The calls of a turn: tool and input by id. */
  private static Map<String, JsonNode> calls(Turn turn) {
    Map<String, JsonNode> calls = new HashMap<>();
    if (turn.role.equals("assistant")) {
      for (JsonNode block : turn.blocks) {
        if (block.path("type").asString("").equals("tool_use")) {
          calls.put(block.path("id").asString(""), block);
        }
      }
    }
    return calls;
  }

  private static int breakpoints(JsonNode node) {
    int count = node.isObject() && node.has("cache_control") ? 1 : 0;
    for (JsonNode child : node) {
      count += breakpoints(child);
    }
    return count;
  }

  /** A tool result in the conversation since the last thing the user said. */
  record Result(String tool, JsonNode input, String content, boolean error) {}

  /** Where the conversation stands: the last thing the user said, and what tools answered since. */
  record Standing(String user, List<List<Result>> rounds) {}

  /** Where the conversation stands. */
  Standing standing() {
    List<List<Result>> rounds = new ArrayList<>();
    for (int i = messages.size() - 1; i >= 0; i--) {
      Turn turn = messages.get(i);
      if (turn.role.equals("assistant")) {
        continue;
      }
      Map<String, JsonNode> asked = i == 0 ? Map.of() : calls(messages.get(i - 1));
      List<Result> round = new ArrayList<>();
      StringBuilder said = new StringBuilder();
      for (JsonNode block : turn.blocks) {
        switch (block.path("type").asString("")) {
          case "tool_result" -> {
            JsonNode call = asked.getOrDefault(block.path("tool_use_id").asString(""), block);
            round.add(
                new Result(
                    call.path("name").asString(""),
                    call.path("input"),
                    plain(block.path("content")),
                    block.path("is_error").asBoolean(false)));
          }
          case "text" -> said.append(said.isEmpty() ? "" : "\n").append(plain(block.path("text")));
          default -> {
            // images and the like say nothing to a rehearsal
          }
        }
      }
      if (!said.isEmpty()) {
        // Results beside new text belong to the task before it.
        return new Standing(said.toString(), rounds.reversed());
      }
      rounds.add(round);
    }
    return new Standing("", rounds.reversed());
  }

  private static String plain(JsonNode content) {
    if (!content.isArray()) {
      return content.asString("");
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asString("")));
    return text.toString();
  }
}
