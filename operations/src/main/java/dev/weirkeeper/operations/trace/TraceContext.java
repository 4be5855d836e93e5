package dev.weirkeeper.operations.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, as the {@code traceparent} and {@code tracestate} headers of a record carry
 * it (W3C Trace Context, version 00). Immutable.
 *
 * @param traceId 32 hex digits, not all zero
 * @param spanId 16 hex digits, not all zero: the parent of whatever is made from the record
 * @param sampled whether the trace is recorded
 * @param state what the tracing system that began the trace says beside it; empty: nothing
 */
public record TraceContext(String traceId, String spanId, boolean sampled, String state) {

  /** The header that carries the place. */
  public static final String HEADER = "traceparent";

  /** The header that carries what a tracing system says beside it. */
  public static final String STATE_HEADER = "tracestate";

  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  /** As much as the standard asks to be carried. */
  private static final int LONGEST_STATE = 512;

  public TraceContext {
    if (!traceId.matches("(?!0{32})[0-9a-f]{32}") || !spanId.matches("(?!0{16})[0-9a-f]{16}")) {
      throw new IllegalArgumentException("not a place in a trace: " + traceId + " " + spanId);
    }
  }

  /** The place a record was made at, if it carries one that can be read. */
  public static Optional<TraceContext> from(Headers headers) {
    String place = text(headers.lastHeader(HEADER));
    return place == null ? Optional.empty() : parse(place, text(headers.lastHeader(STATE_HEADER)));
  }

  /** The place that is written so, if it can be read. */
  public static Optional<TraceContext> parse(String traceparent, @Nullable String tracestate) {
    Matcher form = FORM.matcher(traceparent);
    if (!form.matches()
        || form.group(1).equals("ff")
        || form.group(2).matches("0+")
        || form.group(3).matches("0+")) {
      return Optional.empty();
    }
    boolean sampled = (Integer.parseInt(form.group(4), 16) & 1) == 1;
    String state = tracestate == null || tracestate.length() > LONGEST_STATE ? "" : tracestate;
    return Optional.of(new TraceContext(form.group(2), form.group(3), sampled, state));
  }

  /** Puts this place into a record's headers instead of any other. */
  public void writeTo(Headers headers) {
    headers.remove(HEADER);
    headers.add(HEADER, traceparent().getBytes(StandardCharsets.US_ASCII));
    headers.remove(STATE_HEADER);
    if (!state.isEmpty()) {
      headers.add(STATE_HEADER, state.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** As the header of this name has it. */
  public String traceparent() {
    return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }

  /**
   * The place of a task: in the trace of its producer, or in one of its own that is the same
   * whoever derives it.
   */
  static TraceContext ofTask(Optional<TraceContext> caller, String sessionId, String taskId) {
    String span = derived(GenAiNames.INVOKE_AGENT, sessionId, taskId, 8);
    return caller
        .map(known -> new TraceContext(known.traceId, span, known.sampled, known.state))
        .orElseGet(() -> new TraceContext(derived("trace", sessionId, taskId, 16), span, true, ""));
  }

  /** The place of one thing that is done in the same trace. */
  TraceContext at(String kind, String id, int attempt) {
    return new TraceContext(
        traceId, derived(kind, id, Integer.toString(attempt), 8), sampled, state);
  }

  TraceContext sampledOrNot(boolean wanted) {
    return new TraceContext(traceId, spanId, wanted, state);
  }

  /** The same for OpenTelemetry, as something another process did. */
  SpanContext remote() {
    Map<String, String> carrier = Map.of(HEADER, traceparent(), STATE_HEADER, state);
    return Span.fromContext(
            W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), carrier, CarrierReader.INSTANCE))
        .getSpanContext();
  }

  private enum CarrierReader implements TextMapGetter<Map<String, String>> {
    INSTANCE;

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }

  private static @Nullable String text(@Nullable Header header) {
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.US_ASCII);
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
