package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.MalformedJsonException;
import dev.weirkeeper.wire.ToolDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields that an agent adds to its requests, laid over the ones a format sends by itself. A
 * value of null takes a field away; {@code tools} is appended to the agent's own, for tools that
 * the provider runs.
 */
record RequestOptions(TreeMap<String, JsonNode> given) {

  /**
   * Reads an agent's options.
   *
   * @param refused fields that are the planner's alone, because limits or the transcript hang on
   *     them
   * @throws InvalidPromptException if they are no JSON object or set a refused field
   */
  static RequestOptions of(Optional<String> json, Set<String> refused)
      throws InvalidPromptException {
    TreeMap<String, JsonNode> fields = new TreeMap<>();
    if (json.isPresent()) {
      String canonical;
      try {
        canonical = CanonicalJson.ofObject(json.get());
      } catch (MalformedJsonException e) {
        throw new InvalidPromptException(
            "request_options of the agent must be a JSON object: " + e.getMessage());
      }
      WireJson.parseObject(canonical)
          .orElseThrow()
          .properties()
          .forEach(field -> fields.put(field.getKey(), field.getValue()));
      for (String field : refused) {
        if (fields.containsKey(field) && !fields.get(field).isNull()) {
          throw new InvalidPromptException(
              "request_options of the agent must not set '" + field + "', the planner does");
        }
      }
    }
    return new RequestOptions(fields);
  }

  /** True unless the agent takes a field away. */
  boolean wants(String field) {
    return !given.containsKey(field) || !given.get(field).isNull();
  }

  /** A field's default, unless the agent sets it otherwise or takes it away. */
  void field(ObjectNode request, String name, JsonNode byDefault) {
    JsonNode value = given.getOrDefault(name, byDefault);
    if (!value.isNull()) {
      request.set(name, value);
    }
  }

  /** Every field the agent gives that the request has not got yet, by name. */
  void rest(ObjectNode request, Set<String> elsewhere) {
    given.forEach(
        (name, value) -> {
          if (!value.isNull() && !elsewhere.contains(name) && !request.has(name)) {
            request.set(name, value);
          }
        });
  }

  /**
   * The tools of the prompt by name, then those of the options. Left out if there are none.
   *
   * @param writer writes one tool with its schema as canonical JSON
   */
  void tools(ObjectNode request, List<ToolDefinition> tools, BiConsumer<ObjectNode, Tool> writer)
      throws InvalidPromptException {
    ArrayNode all = WireJson.array();
    for (ToolDefinition tool :
        tools.stream().sorted(Comparator.comparing(ToolDefinition::getName)).toList()) {
      try {
        writer.accept(
            all.addObject(),
            new Tool(
                tool.getName(),
                tool.getDescription(),
                WireJson.raw(CanonicalJson.ofObject(tool.getInputSchema()))));
      } catch (MalformedJsonException e) {
        throw new InvalidPromptException(
            "the schema of tool " + tool.getName() + " can't be sent: " + e.getMessage());
      }
    }
    for (JsonNode more : given.getOrDefault("tools", WireJson.array())) {
      if (!more.isObject()) {
        throw new InvalidPromptException(
            "tools in the request_options of the agent must be a list of objects");
      }
      all.add(more);
    }
    if (!all.isEmpty()) {
      request.set("tools", all);
    }
  }

  /** A tool as a request names it. */
  record Tool(String name, String description, JsonNode schema) {}
}
