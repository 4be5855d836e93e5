package dev.weirkeeper.executor.mcp;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON-RPC 2.0 as MCP uses it. */
final class Messages {

  private static final int MAX_DEPTH = 200;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(Link.MAX_MESSAGE)
                          .build())
                  .build())
          .build();

  private Messages() {}

  static ObjectNode request(String id, String method, ObjectNode params) {
    ObjectNode message = notification(method, params);
    message.put("id", id);
    return message;
  }

  static ObjectNode notification(String method, ObjectNode params) {
    ObjectNode message = MAPPER.createObjectNode();
    message.put("jsonrpc", "2.0").put("method", method);
    message.set("params", params);
    return message;
  }

  /** What a server is answered that asks something of us. */
  static ObjectNode refusal(JsonNode request) {
    ObjectNode message = MAPPER.createObjectNode();
    message.put("jsonrpc", "2.0");
    message.set("id", request.path("id"));
    if (request.path("method").asString("").equals("ping")) {
      message.putObject("result");
    } else {
      message
          .putObject("error")
          .put("code", RpcError.METHOD_NOT_FOUND)
          .put("message", "this client only calls tools");
    }
    return message;
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static byte[] bytes(JsonNode message) {
    return MAPPER.writeValueAsBytes(message);
  }

  /** The message of a text, or nothing if it is none. */
  static Optional<ObjectNode> read(byte[] text) {
    try {
      return MAPPER.readTree(text) instanceof ObjectNode message
          ? Optional.of(message)
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  static boolean isRequest(ObjectNode message) {
    return message.has("method") && message.has("id");
  }

  static boolean isNotification(ObjectNode message) {
    return message.has("method") && !message.has("id");
  }

  /** The result of an answer. */
  static ObjectNode result(ObjectNode answer) throws RpcError {
    if (answer.get("result") instanceof ObjectNode result) {
      return result;
    }
    throw new RpcError(answer.path("error"));
  }

  /** What a progress notification says; blank for others. */
  static String progress(ObjectNode notification) {
    if (!notification.path("method").asString("").equals("notifications/progress")) {
      return "";
    }
    JsonNode params = notification.path("params");
    String said = params.path("message").asString("");
    String far =
        params.path("progress").asString("")
            + (params.has("total") ? " of " + params.path("total").asString("") : "");
    return said.isBlank() ? far : far + ": " + said;
  }
}
