package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.SessionEvent.Content;
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

  /** A control character escaped in JSON. */
  private static final long MOST_BYTES_PER_CHAR = 6;

  /** The names and braces around an error. */
  private static final long BYTES_OF_FRAME = 256;

  /** What the model is shown, as its hash and a length that it does not pass. */
  Content content() {
    String said = hint.orElse("");
    String more = details.toString();
    long length = (long) message.length() + said.length() + more.length();
    return new Content(
        Sha256.of(code.name(), message, said, more), MOST_BYTES_PER_CHAR * length + BYTES_OF_FRAME);
  }

  static CallError of(Code code, String message, String hint) {
    return new CallError(code, message, Optional.of(hint), Map.of());
  }
}
