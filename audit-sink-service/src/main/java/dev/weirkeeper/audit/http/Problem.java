package dev.weirkeeper.audit.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a request is not answered as asked: a problem document (RFC 9457). The detail says what is
 * wrong, which of it, and what to do.
 */
final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Kinds of problems; a reader tells them apart by type, not by words. */
  enum Kind {
    BAD_REQUEST(400, "The request can't be read as it is"),
    UNAUTHENTICATED(401, "A valid token is needed"),
    FORBIDDEN(403, "This token may not do that"),
    CROSS_SITE(403, "Requests of other sites are not served"),
    SELF_APPROVAL(403, "Whoever submitted a task does not decide on its calls"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, "The path knows other methods"),
    CONFLICT(409, "It has changed meanwhile"),
    TOO_LARGE(413, "The request is too large"),
    UNSUPPORTED(415, "The body must be JSON"),
    TOO_MANY(429, "Too many requests"),
    INTERNAL(500, "An error nobody foresaw"),
    UNAVAILABLE(503, "Something that is needed is away"),
    TOO_LONG(503, "The question takes too long");

    private final int status;
    private final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    int status() {
      return status;
    }

    String type() {
      return "urn:weirkeeper:problem:"
          + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  private final Kind kind;
  private final transient Map<String, Object> more = new LinkedHashMap<>();

  Problem(Kind kind, String detail) {
    super(detail, null, false, false);
    this.kind = kind;
  }

  /** Adds a member of its own. */
  Problem with(String name, Object value) {
    more.put(name, value);
    return this;
  }

  Kind kind() {
    return kind;
  }

  Map<String, Object> document(String path) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", kind.type());
    document.put("title", kind.title);
    document.put("status", kind.status);
    document.put("detail", String.valueOf(getMessage()));
    document.put("instance", path);
    document.putAll(more);
    return document;
  }

  static Problem notFound(String what, String id) {
    return new Problem(
        Kind.NOT_FOUND,
        "there is no %s '%s', or this token's tenants may not see it: check the id, and that the sink has caught up"
            .formatted(what, id));
  }

  static Problem badRequest(String detail) {
    return new Problem(Kind.BAD_REQUEST, detail);
  }
}
