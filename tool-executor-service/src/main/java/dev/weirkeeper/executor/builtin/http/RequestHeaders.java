package dev.weirkeeper.executor.builtin.http;

import dev.weirkeeper.executor.tool.ToolFailure;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.Headers;

/** Which headers a model may set. */
final class RequestHeaders {
  private static final int MAX_HEADERS = 20;
  private static final int MAX_VALUE = 2_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");

  /** Credentials, framing, routing, and what metadata services ask for before they answer. */
  private static final Set<String> REFUSED =
      Set.of(
          "host",
          "authorization",
          "cookie",
          "cookie2",
          "set-cookie",
          "connection",
          "keep-alive",
          "content-length",
          "content-encoding",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "forwarded",
          "via",
          "origin",
          "referer",
          "idempotency-key",
          "http2-settings",
          "metadata",
          "metadata-flavor",
          "x-real-ip",
          "x-http-method-override",
          "x-original-url",
          "x-rewrite-url");

  private static final Set<String> REFUSED_PREFIXES =
      Set.of("proxy-", "sec-", "x-forwarded-", "x-aws-", "x-goog-", "x-google-", "x-ms-", "x-amz-");

  private RequestHeaders() {}

  /**
   * The given headers.
   *
   * @throws ToolFailure if one of them may not be set or has a value no header can have
   */
  static Headers of(Map<String, String> given) {
    if (given.size() > MAX_HEADERS) {
      throw ToolFailure.invalidArguments("more than " + MAX_HEADERS + " headers were given");
    }
    Headers.Builder headers = new Headers.Builder();
    given.forEach(
        (name, value) -> {
          if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
            throw ToolFailure.invalidArguments(
                    "the header '" + name + "' has characters that no header can have")
                .hint("use one line of ASCII text");
          }
          if (value.length() > MAX_VALUE) {
            throw ToolFailure.invalidArguments(
                "the header '" + name + "' is longer than " + MAX_VALUE + " characters");
          }
          String known = name.toLowerCase(Locale.ROOT);
          if (REFUSED.contains(known) || REFUSED_PREFIXES.stream().anyMatch(known::startsWith)) {
            throw ToolFailure.invalidArguments("the header '" + name + "' can't be set")
                .hint(
                    "leave it out: credentials are added by the tool's settings, the rest by the"
                        + " connection");
          }
          headers.add(name, value);
        });
    return headers.build();
  }
}
