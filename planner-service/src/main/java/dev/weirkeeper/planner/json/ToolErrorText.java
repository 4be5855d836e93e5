package dev.weirkeeper.planner.json;

import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model is shown of a tool error: {@code {"error":{"code":…,"message":…,"hint":…,…}}} with
 * the fields of the details after them.
 */
public final class ToolErrorText {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ToolErrorText() {}

  /** The JSON text of an error. */
  public static String of(ToolError error) {
    ObjectNode inner = MAPPER.createObjectNode();
    inner.put("code", error.getCode().name().toLowerCase(Locale.ROOT));
    inner.put("message", error.getMessage());
    if (error.getHint() != null) {
      inner.put("hint", error.getHint());
    }
    details(error)
        .ifPresent(
            details ->
                details
                    .properties()
                    .forEach(
                        entry -> {
                          if (!inner.has(entry.getKey())) {
                            inner.set(entry.getKey(), entry.getValue());
                          }
                        }));
    ObjectNode outer = MAPPER.createObjectNode();
    outer.set("error", inner);
    return MAPPER.writeValueAsString(outer);
  }

  /** An error for the wire. Its details are a JSON object that this package has written. */
  static ToolError error(ToolErrorCode code, String message, String hint, ObjectNode details) {
    return ToolError.newBuilder()
        .setCode(code)
        .setMessage(message)
        .setHint(hint)
        .setDetails(MAPPER.writeValueAsString(details))
        .build();
  }

  private static Optional<JsonNode> details(ToolError error) {
    if (error.getDetails() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(MAPPER.readTree(error.getDetails())).filter(JsonNode::isObject);
    } catch (JacksonException _) {
      // Details come from executors too; what is no JSON there must not cost the model the rest.
      return Optional.empty();
    }
  }
}
