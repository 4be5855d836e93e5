package dev.weirkeeper.executor.call;

import dev.weirkeeper.wire.ToolErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a call has no ordinary result, for a model to act on.
 *
 * @param code the kind
 * @param message what is wrong, with the names and values in question; cut at 2,000 characters and
 *     where a stack trace begins
 * @param hint what to do next; empty for none
 * @param details more, as names and values that can be written as JSON
 */
public record CallError(
    ToolErrorCode code, String message, String hint, Map<String, Object> details) {

  private static final int MAX_TEXT = 2_000;

  public CallError {
    message = readable(message);
    hint = readable(hint);
    details = Map.copyOf(details);
  }

  static CallError of(ToolErrorCode code, String message, String hint) {
    return new CallError(code, message, hint, Map.of());
  }

  CallError with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(details);
    more.put(name, value);
    return new CallError(code, message, hint, more);
  }

  private static String readable(String text) {
    int trace = text.indexOf("\n\tat ");
    String plain = trace < 0 ? text : text.substring(0, trace);
    return plain.length() <= MAX_TEXT ? plain : plain.substring(0, MAX_TEXT) + "…";
  }
}
