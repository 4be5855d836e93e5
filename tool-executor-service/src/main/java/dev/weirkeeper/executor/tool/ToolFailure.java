package dev.weirkeeper.executor.tool;

import dev.weirkeeper.wire.ToolErrorCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tool's way to say that a call failed, in words a model can act on.
 *
 * <p>The message, the hint and the details reach the model; the cause only reaches the log. Name
 * what is wrong and which value, and say in the hint what to do next. Anything else that a tool
 * throws is reported as an {@code execution_error} without its text.
 *
 * <p>Immutable apart from what every {@link Throwable} lets change.
 */
public final class ToolFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ToolErrorCode code;
  private final boolean retryable;
  private final @Nullable Duration retryAfter;
  private final @Nullable String hint;
  private final transient Map<String, Object> details;

  private ToolFailure(
      ToolErrorCode code,
      boolean retryable,
      String message,
      @Nullable Throwable cause,
      @Nullable Duration retryAfter,
      @Nullable String hint,
      Map<String, Object> details) {
    super(message, cause);
    this.code = code;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
    this.hint = hint;
    this.details = details;
  }

  /** The call failed for good and changed nothing. */
  public static ToolFailure of(String message) {
    return of(ToolErrorCode.EXECUTION_ERROR, message);
  }

  /** The call failed for good, for one of the declared reasons. */
  public static ToolFailure of(ToolErrorCode code, String message) {
    return new ToolFailure(code, false, message, null, null, null, Map.of());
  }

  /** An argument is wrong in a way the schema can't express. */
  public static ToolFailure invalidArguments(String message) {
    return of(ToolErrorCode.INVALID_ARGUMENTS, message);
  }

  /**
   * The call failed, changed nothing, and may work when tried again: the executor does so by the
   * tool's own policy.
   */
  public static ToolFailure retry(String message) {
    return new ToolFailure(
        ToolErrorCode.EXECUTION_ERROR, true, message, null, null, null, Map.of());
  }

  /**
   * The call may or may not have taken effect, as when a connection broke after the request was
   * sent. Never tried again unless the tool is idempotent.
   */
  public static ToolFailure outcomeUnknown(String message) {
    return of(ToolErrorCode.OUTCOME_UNKNOWN, message);
  }

  /** The same with a cause, which is logged and not shown. */
  public ToolFailure because(Throwable cause) {
    return new ToolFailure(code, retryable, message(), cause, retryAfter, hint, details);
  }

  /** The same with advice for the model. */
  public ToolFailure hint(String advice) {
    return new ToolFailure(code, retryable, message(), getCause(), retryAfter, advice, details);
  }

  /** The same with one more detail: any value that can be written as JSON. */
  public ToolFailure detail(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(details);
    more.put(name, value);
    return new ToolFailure(code, retryable, message(), getCause(), retryAfter, hint, more);
  }

  /** The same with a shortest wait before the next try, as asked for by the other side. */
  public ToolFailure after(Duration wait) {
    return new ToolFailure(code, retryable, message(), getCause(), wait, hint, details);
  }

  public ToolErrorCode code() {
    return code;
  }

  public boolean retryable() {
    return retryable;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  public Map<String, Object> details() {
    return details;
  }

  /** The message, which is always there. */
  public String message() {
    return String.valueOf(getMessage());
  }
}
