package dev.weirkeeper.executor.mcp;

import tools.jackson.databind.JsonNode;

/** A server's answer that it did not do what it was asked. */
final class RpcError extends Exception {

  private static final long serialVersionUID = 1L;

  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;

  /** The server knows other versions only (2026-07-28, versioning). */
  static final int UNSUPPORTED_VERSION = -32022;

  private static final int MAX_TEXT = 1_000;

  private final int code;
  private final transient JsonNode data;

  RpcError(JsonNode error) {
    super(cut(error.path("message").asString("no message")));
    this.code = error.path("code").asInt(0);
    this.data = error.path("data");
  }

  int code() {
    return code;
  }

  JsonNode data() {
    return data;
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
