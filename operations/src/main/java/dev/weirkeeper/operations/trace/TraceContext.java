package dev.weirkeeper.operations.trace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A place in a trace, as the {@code traceparent} header of a record carries it (W3C Trace Context,
 * version 00). Immutable.
 *
 * @param traceId 32 hex digits, not all zero
 * @param spanId 16 hex digits, not all zero: the parent of whatever is made from the record
 * @param sampled whether the trace is recorded
 */
public record TraceContext(String traceId, String spanId, boolean sampled) {

  /** The header that carries the context. */
  public static final String HEADER = "traceparent";

  /** Keeps the context a task came with, so that the task's span can be put under it. */
  static final String CALLER = "weirkeeper-caller-traceparent";

  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  public TraceContext {
    if (!traceId.matches("(?!0{32})[0-9a-f]{32}") || !spanId.matches("(?!0{16})[0-9a-f]{16}")) {
      throw new IllegalArgumentException("not a place in a trace: " + traceId + " " + spanId);
    }
  }

  /**
   * The context for everything that is done for a task. Taken from a record on its way if it has
   * one; for a record without, derived from the task, which is always the same.
   *
   * @param headers of the record that came in: any but the task itself
   */
  public static TraceContext ofTask(Headers headers, String sessionId, String taskId) {
    String span = agentSpan(sessionId, taskId);
    return from(headers, HEADER)
        .map(context -> new TraceContext(context.traceId, span, context.sampled))
        .orElseGet(() -> new TraceContext(derived("trace", sessionId, taskId, 16), span, true));
  }

  /**
   * Takes in a task: what its producer wrote becomes the caller's context and the headers carry the
   * task's own from here on.
   *
   * @param headers of the task's record; changed
   */
  public static TraceContext accept(Headers headers, String sessionId, String taskId) {
    TraceContext own = ofTask(headers, sessionId, taskId);
    from(headers, HEADER)
        .filter(caller -> !caller.spanId.equals(own.spanId))
        .ifPresent(
            caller -> {
              headers.remove(CALLER);
              headers.add(CALLER, caller.text());
            });
    own.writeTo(headers);
    return own;
  }

  /** The context of a record, if it carries one that can be read. */
  public static Optional<TraceContext> from(Headers headers) {
    return from(headers, HEADER);
  }

  /** The context a task's producer was in, if any. */
  static Optional<TraceContext> caller(Headers headers) {
    return from(headers, CALLER);
  }

  /** Puts this context into a record's headers in place of any other. */
  public void writeTo(Headers headers) {
    headers.remove(HEADER);
    headers.add(HEADER, text());
  }

  /** The span of a task. */
  static String agentSpan(String sessionId, String taskId) {
    return derived("agent", sessionId, taskId, 8);
  }

  /** The span of a call. */
  static String callSpan(String kind, String callId, int attempt) {
    return derived(kind, callId, Integer.toString(attempt), 8);
  }

  private static Optional<TraceContext> from(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(new String(header.value(), StandardCharsets.US_ASCII));
    if (!form.matches()
        || form.group(1).equals("ff")
        || form.group(2).matches("0+")
        || form.group(3).matches("0+")) {
      return Optional.empty();
    }
    boolean sampled = (Integer.parseInt(form.group(4), 16) & 1) == 1;
    return Optional.of(new TraceContext(form.group(2), form.group(3), sampled));
  }

  private byte[] text() {
    return ("00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00"))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String derived(String kind, String one, String other, int bytes) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((kind + '\n' + one + '\n' + other).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
