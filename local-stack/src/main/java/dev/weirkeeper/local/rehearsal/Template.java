package dev.weirkeeper.local.rehearsal;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Fills {@code {{…}}} in: {@code {{1}}} is a group of the task's pattern, {@code
 * {{lookup_user.user.name}}} a field of the newest result of a tool, {@code {{calculator}}} the
 * whole of it.
 */
record Template(MatchResult match, List<MessagesRequest.Result> results) {

  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([\\w.-]+)\\s*}}");
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /** The text with everything filled in; empty if something it names is not there. */
  Optional<String> fill(String text) {
    StringBuilder filled = new StringBuilder();
    Matcher place = PLACE.matcher(text);
    while (place.find()) {
      Optional<String> value = value(place.group(1));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      place.appendReplacement(filled, Matcher.quoteReplacement(value.get()));
    }
    place.appendTail(filled);
    return Optional.of(filled.toString());
  }

  /** The same in every string of a JSON value. */
  Optional<JsonNode> fill(JsonNode input) {
    return switch (input) {
      case ObjectNode object -> fillObject(object);
      case ArrayNode array -> fillArray(array);
      default ->
          input.isString()
              ? fill(input.stringValue()).map(MAPPER.getNodeFactory()::stringNode)
              : Optional.of(input);
    };
  }

  private Optional<JsonNode> fillObject(ObjectNode object) {
    ObjectNode filled = MAPPER.createObjectNode();
    for (var field : object.properties()) {
      Optional<JsonNode> value = fill(field.getValue());
      if (value.isEmpty()) {
        return Optional.empty();
      }
      filled.set(field.getKey(), value.get());
    }
    return Optional.of(filled);
  }

  private Optional<JsonNode> fillArray(ArrayNode array) {
    ArrayNode filled = MAPPER.createArrayNode();
    for (JsonNode item : array) {
      Optional<JsonNode> value = fill(item);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      filled.add(value.get());
    }
    return Optional.of(filled);
  }

  private Optional<String> value(String name) {
    if (name.chars().allMatch(Character::isDigit)) {
      int group = Integer.parseInt(name);
      return group <= match.groupCount()
          ? Optional.ofNullable(match.group(group)).map(String::strip)
          : Optional.empty();
    }
    String[] path = name.split("\\.", -1);
    return results.reversed().stream()
        .filter(result -> result.tool().equals(path[0]))
        .findFirst()
        .filter(result -> !result.error())
        .flatMap(result -> field(result.content(), path));
  }

  private static Optional<String> field(String content, String[] path) {
    if (path.length == 1) {
      return Optional.of(content);
    }
    try {
      JsonNode node = MAPPER.readTree(content);
      for (int i = 1; i < path.length; i++) {
        node = node.isArray() ? node.path(index(path[i])) : node.path(path[i]);
      }
      return node.isMissingNode() || node.isNull()
          ? Optional.empty()
          : Optional.of(node.isString() ? node.stringValue() : node.toString());
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  private static int index(String text) {
    return text.matches("\\d{1,6}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
  }
}
