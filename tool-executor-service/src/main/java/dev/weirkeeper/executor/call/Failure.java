package dev.weirkeeper.executor.call;

import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * What a tool threw, sorted once and for all.
 *
 * @param error what the model is told if it comes to that
 * @param retryable nothing has changed, or may be changed twice, and another try may work
 * @param retryAfter shortest wait before it, if the other side asked for one
 */
public record Failure(CallError error, boolean retryable, Optional<Duration> retryAfter) {

  private static final String CHECK_FIRST =
      "it may have taken effect: check before calling it again";

  /** How far an exception tells what happened on the other side. */
  private enum Reach {
    /** It was never asked, or has said that it took everything back. */
    NEVER_ARRIVED,
    /** It may have done it. */
    AMBIGUOUS,
    /** Nothing to do with the other side: another try would end the same way. */
    OURS
  }

  /**
   * Sorts an exception.
   *
   * @param tool the tool's name
   * @param effect what the tool may change: decides whether an ambiguous failure may be retried
   */
  public static Failure of(String tool, Throwable thrown, Effect effect) {
    if (thrown instanceof ToolFailure failure) {
      return declared(failure, effect);
    }
    String kind = thrown.getClass().getSimpleName();
    return switch (reach(thrown)) {
      case NEVER_ARRIVED ->
          transientFailure(tool + " could not reach what it needs (" + kind + ")");
      case AMBIGUOUS ->
          effect.repeatable()
              ? transientFailure(tool + " lost contact with what it needs (" + kind + ")")
              : lasting(
                  ToolErrorCode.OUTCOME_UNKNOWN,
                  tool + " lost contact with what it needs (" + kind + ")",
                  CHECK_FIRST);
      case OURS ->
          lasting(
              ToolErrorCode.EXECUTION_ERROR,
              tool + " failed with an internal error (" + kind + ")",
              effect.readOnly()
                  ? "try other arguments or another tool"
                  : "it may have taken effect in part: check before calling it again");
    };
  }

  private static Failure declared(ToolFailure failure, Effect effect) {
    CallError error =
        new CallError(
            failure.code(), failure.message(), failure.hint().orElse(""), failure.details());
    boolean again =
        failure.retryable()
            || (failure.code() == ToolErrorCode.OUTCOME_UNKNOWN && effect.repeatable());
    return new Failure(error, again, failure.retryAfter());
  }

  private static Failure transientFailure(String message) {
    return new Failure(
        CallError.of(ToolErrorCode.EXECUTION_ERROR, message, ""), true, Optional.empty());
  }

  private static Failure lasting(ToolErrorCode code, String message, String hint) {
    return new Failure(new CallError(code, message, hint, Map.of()), false, Optional.empty());
  }

  private static Reach reach(Throwable thrown) {
    return switch (thrown) {
      case ConnectException _ -> Reach.NEVER_ARRIVED;
      case UnknownHostException _ -> Reach.NEVER_ARRIVED;
      case NoRouteToHostException _ -> Reach.NEVER_ARRIVED;
      case HttpConnectTimeoutException _ -> Reach.NEVER_ARRIVED;
      case SQLTransientConnectionException _ -> Reach.NEVER_ARRIVED;
      case SQLException sql -> reach(sql);
      case IOException _ -> Reach.AMBIGUOUS;
      case TimeoutException _ -> Reach.AMBIGUOUS;
      default -> thrown.getCause() instanceof IOException cause ? reach(cause) : Reach.OURS;
    };
  }

  /**
   * By SQLSTATE: the class of a PostgreSQL error says whether the transaction can have happened.
   */
  private static Reach reach(SQLException thrown) {
    String state = thrown.getSQLState() == null ? "" : thrown.getSQLState();
    if (state.startsWith("40") && !state.equals("40003")) {
      return Reach.NEVER_ARRIVED; // rolled back: deadlock, serialization
    }
    return switch (state) {
      case "08001", "08004", "57P03", "53300" -> Reach.NEVER_ARRIVED; // never connected
      default ->
          state.startsWith("08") || state.startsWith("57P") || state.equals("40003")
              ? Reach.AMBIGUOUS // the connection broke
              : thrown instanceof SQLNonTransientException || !state.isEmpty()
                  ? Reach.OURS
                  : Reach.AMBIGUOUS;
    };
  }
}
