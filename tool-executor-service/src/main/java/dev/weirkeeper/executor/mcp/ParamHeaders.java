package dev.weirkeeper.executor.mcp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parts of a message that the stateless protocol repeats in headers, so that intermediaries can
 * route it.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata">Request
 *     metadata</a>
 */
final class ParamHeaders {

  private static final String ANNOTATION = "x-mcp-header";
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern PLAIN =
      Pattern.compile("(?!=\\?base64\\?.*\\?=$)[\\x21-\\x7e]([\\x20-\\x7e\\t]*[\\x21-\\x7e])?");
  private static final Set<String> TYPES = Set.of("string", "integer", "boolean");

  private ParamHeaders() {}

  /** The headers of a message by its own fields. */
  static Map<String, String> of(ObjectNode message) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Mcp-Method", message.path("method").asString(""));
    String name = message.path("params").path("name").asString("");
    if (!name.isEmpty()) {
      headers.put("Mcp-Name", encoded(name));
    }
    return headers;
  }

  /** The headers that a tool's schema asks for, by the arguments of a call. */
  static Map<String, String> of(JsonNode schema, JsonNode arguments) {
    Map<String, String> headers = new LinkedHashMap<>();
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              JsonNode value = arguments.path(property.getKey());
              String name = property.getValue().path(ANNOTATION).asString("");
              if (!name.isEmpty() && value.isValueNode() && !value.isNull()) {
                headers.put("Mcp-Param-" + name, encoded(value.asString()));
              }
              headers.putAll(of(property.getValue(), value));
            });
    return headers;
  }

  /** What is wrong with the annotations of a schema, if anything: its tool can't be called. */
  static Optional<String> problem(JsonNode schema) {
    Set<String> names = new HashSet<>();
    Optional<String> wrong = problem(schema, names);
    if (wrong.isPresent()) {
      return wrong;
    }
    return schema.findValues(ANNOTATION).size() == names.size()
        ? Optional.empty()
        : Optional.of(ANNOTATION + " stands where no argument can be told for sure");
  }

  private static Optional<String> problem(JsonNode schema, Set<String> names) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode annotation = property.getValue().get(ANNOTATION);
      if (annotation != null) {
        String name = annotation.asString("");
        if (!TOKEN.matcher(name).matches() || !names.add(name.toLowerCase(Locale.ROOT))) {
          return Optional.of(ANNOTATION + " '" + name + "' is no header's name, or stands twice");
        }
        if (!TYPES.contains(property.getValue().path("type").asString(""))) {
          return Optional.of(
              ANNOTATION + " '" + name + "' is for text, integers and booleans only");
        }
      }
      Optional<String> below = problem(property.getValue(), names);
      if (below.isPresent()) {
        return below;
      }
    }
    return Optional.empty();
  }

  /** As a header can carry it. */
  static String encoded(String value) {
    return PLAIN.matcher(value).matches()
        ? value
        : "=?base64?"
            + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
            + "?=";
  }
}
