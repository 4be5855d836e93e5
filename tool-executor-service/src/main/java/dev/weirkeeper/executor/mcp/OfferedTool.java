package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import dev.weirkeeper.executor.tool.ToolJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool as its server describes it.
 *
 * @param name the server's name for it
 * @param definition all the server said of it, its {@code _meta} aside
 */
public record OfferedTool(String name, ObjectNode definition) {

  private static final int MAX_NAME = 128;
  private static final int MAX_DESCRIPTION = 8_000;
  private static final int MAX_SCHEMA = 64 * 1024;

  /** Reads one entry of {@code tools/list}; nothing if it has no usable name. */
  static Optional<OfferedTool> of(JsonNode entry) {
    String name = entry.path("name").asString("");
    if (!(entry instanceof ObjectNode object) || name.isBlank() || name.length() > MAX_NAME) {
      return Optional.empty();
    }
    ObjectNode definition = object.deepCopy();
    definition.remove("_meta");
    return Optional.of(new OfferedTool(name, definition));
  }

  /** SHA-256 in hex over the definition in canonical form: changes when any of it does. */
  public String hash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(ToolJson.canonical(definition).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What the model is told. */
  public String description() {
    String text = definition.path("description").asString("");
    return text.isBlank() ? definition.path("title").asString(name) : text;
  }

  /**
   * The schema of its arguments, without the word for its dialect: all are checked as 2020-12,
   * which reads what servers write in earlier ones.
   */
  String inputSchema() {
    if (!(definition.get("inputSchema") instanceof ObjectNode given)) {
      return "{\"type\":\"object\"}";
    }
    ObjectNode schema = given.deepCopy();
    schema.remove("$schema");
    return ToolJson.canonical(schema);
  }

  /** Why it can't be served whoever accepts it, if it can't. */
  Optional<String> tooMuch() {
    if (description().length() > MAX_DESCRIPTION) {
      return Optional.of("its description is longer than " + MAX_DESCRIPTION + " characters");
    }
    return inputSchema().length() > MAX_SCHEMA
        ? Optional.of("its input schema is longer than " + MAX_SCHEMA + " characters")
        : Optional.empty();
  }

  /**
   * What it may change, by its hints and their defaults.
   *
   * @param trusted whether the hints are believed; if not, the worst is assumed
   */
  public Effect effect(boolean trusted) {
    if (!trusted) {
      return new Effect(true, false, false);
    }
    JsonNode hints = definition.path("annotations");
    boolean readOnly = hints.path("readOnlyHint").asBoolean(false);
    return new Effect(
        !readOnly && hints.path("destructiveHint").asBoolean(true),
        readOnly,
        hints.path("idempotentHint").asBoolean(false));
  }
}
