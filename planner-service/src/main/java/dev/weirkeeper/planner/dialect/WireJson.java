package dev.weirkeeper.planner.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** JSON as it travels to and from providers: bounded, numbers kept as they are written. */
final class WireJson {

  private static final int MAX_DEPTH = 256;

  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private WireJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** JSON text that stands as it is. */
  static JsonNode raw(String json) {
    return MAPPER.getNodeFactory().rawValueNode(new RawValue(json));
  }

  static String text(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The value of a text, or nothing if it is no JSON. */
  static Optional<JsonNode> parse(String json) {
    try {
      return Optional.of(MAPPER.readTree(json)).filter(node -> !node.isMissingNode());
    } catch (JacksonException | NumberFormatException _) {
      // The latter for numbers whose exponent no BigDecimal has.
      return Optional.empty();
    }
  }

  /** The object in a text, or nothing if it is no JSON object. */
  static Optional<ObjectNode> parseObject(String json) {
    return parse(json).filter(JsonNode::isObject).map(ObjectNode.class::cast);
  }

  /** A string field; empty if it is absent, null or no string. */
  static String string(JsonNode node, String field) {
    return node.path(field).asString("");
  }

  /**
   * The very text of a field, white space included, or null if it is absent.
   *
   * @param json a JSON object that parses
   */
  static @Nullable String slice(String json, String field) {
    try (JsonParser parser = MAPPER.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean wanted = parser.currentName().equals(field);
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        parser.finishToken();
        if (wanted) {
          return json.substring(start, (int) parser.currentLocation().getCharOffset());
        }
      }
      return null;
    }
  }

  /**
   * The very text of the first element of an array.
   *
   * @param json a JSON array that parses and is not empty
   */
  static String firstElement(String json) {
    try (JsonParser parser = MAPPER.createParser(json)) {
      parser.nextToken();
      parser.nextToken();
      int start = (int) parser.currentTokenLocation().getCharOffset();
      parser.skipChildren();
      parser.finishToken();
      return json.substring(start, (int) parser.currentLocation().getCharOffset());
    }
  }
}
