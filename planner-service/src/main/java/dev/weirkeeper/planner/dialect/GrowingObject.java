package dev.weirkeeper.planner.dialect;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object that comes in pieces: pieces of a string are put end to end, any other value takes
 * the place of the one before. Takes time in proportion to what comes in.
 */
final class GrowingObject {

  private final ObjectNode node;
  private final Map<String, StringBuilder> texts = new LinkedHashMap<>();

  GrowingObject(ObjectNode start) {
    this.node = start;
  }

  /** Adds a field or a piece of one. */
  void add(String field, JsonNode piece) {
    if (piece.isString()) {
      texts
          .computeIfAbsent(field, name -> new StringBuilder(WireJson.string(node, name)))
          .append(piece.stringValue());
      if (!node.has(field)) {
        node.put(field, "");
      }
    } else if (!piece.isNull() || !node.has(field)) {
      node.set(field, piece);
      texts.remove(field);
    }
  }

  /** The object as far as it has come. */
  ObjectNode node() {
    texts.forEach((field, text) -> node.put(field, text.toString()));
    return node;
  }
}
