package dev.weirkeeper.planner.session;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A tool error the planner itself gives in place of a result, as data the model can act on.
 *
 * @param details limits, counts and the like, shown to the model beside the message
 */
public record CallError(
    Code code, String message, Optional<String> hint, Map<String, String> details) {

  /** The kinds the planner gives. Executors have more. */
  public enum Code {
    UNKNOWN_TOOL,
    INVALID_ARGUMENTS,
    TIMEOUT,
    CONFIRMATION_REQUIRED,
    REJECTED,
    RATE_LIMITED,
    CANCELLED
  }

  public CallError {
    // The model is shown them: always in the same order.
    details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
  }

  static CallError of(Code code, String message, String hint) {
    return new CallError(code, message, Optional.of(hint), Map.of());
  }
}
