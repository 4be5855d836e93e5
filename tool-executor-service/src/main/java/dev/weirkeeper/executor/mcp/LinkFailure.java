package dev.weirkeeper.executor.mcp;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request without an answer. */
final class LinkFailure extends Exception {

  private static final long serialVersionUID = 1L;

  /** How far a request came. */
  enum Reach {
    /** The server has not begun with it. */
    NOT_RECEIVED,
    /** The server may have done it. */
    UNKNOWN,
    /** There is no hope of another one going better. */
    HOPELESS
  }

  private final Reach reach;
  private final @Nullable Duration retryAfter;

  private LinkFailure(
      Reach reach, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
    super(message, cause);
    this.reach = reach;
    this.retryAfter = retryAfter;
  }

  static LinkFailure notReceived(String message, @Nullable Throwable cause) {
    return new LinkFailure(Reach.NOT_RECEIVED, message, cause, null);
  }

  static LinkFailure unknown(String message, @Nullable Throwable cause) {
    return new LinkFailure(Reach.UNKNOWN, message, cause, null);
  }

  static LinkFailure hopeless(String message, @Nullable Throwable cause) {
    return new LinkFailure(Reach.HOPELESS, message, cause, null);
  }

  /** The same with a shortest wait before the next try. */
  LinkFailure after(Duration wait) {
    return new LinkFailure(reach, message(), getCause(), wait);
  }

  Reach reach() {
    return reach;
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  String message() {
    return String.valueOf(getMessage());
  }
}
