package dev.weirkeeper.local.rehearsal;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An error as the provider reports it. */
final class ApiError extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;

  ApiError(int status, String message) {
    super(message);
    this.status = status;
    this.type =
        switch (status) {
          case 401 -> "authentication_error";
          case 402 -> "billing_error";
          case 403 -> "permission_error";
          case 404 -> "not_found_error";
          case 409 -> "conflict_error";
          case 413 -> "request_too_large";
          case 429 -> "rate_limit_error";
          case 504 -> "timeout_error";
          case 529 -> "overloaded_error";
          default -> status < 500 ? "invalid_request_error" : "api_error";
        };
  }

  static ApiError invalid(String message) {
    return new ApiError(400, message);
  }

  int status() {
    return status;
  }

  /** The body of the answer, or the data of an event. */
  String json(String requestId) {
    ObjectNode body = JsonMapper.shared().createObjectNode();
    body.put("type", "error");
    body.putObject("error").put("type", type).put("message", getMessage());
    body.put("request_id", requestId);
    return body.toString();
  }
}
