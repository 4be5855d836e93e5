package dev.weirkeeper.executor.tool;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs single calls of tools on the calling thread, without an executor: for trying out tools and
 * for their tests. Arguments are checked as they are for real calls; nothing is retried, timed out
 * or kept.
 */
public final class ToolTrial {

  private static final Duration TIME = Duration.ofMinutes(1);

  private final ToolCatalogue catalogue;

  private ToolTrial(ToolCatalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** A trial of the given tools, as {@link ToolCatalogue#of(Object...)} takes them. */
  public static ToolTrial of(Object... tools) {
    return new ToolTrial(ToolCatalogue.of(tools));
  }

  /** Runs a call with a key of its own. */
  public String call(String tool, String argumentsJson) throws Exception {
    return call(tool, argumentsJson, "trial/1/0");
  }

  /**
   * Runs a call.
   *
   * @param callId the call's id and idempotency key
   * @return what a model would be shown
   * @throws ToolFailure if the arguments are wrong or the tool says so
   * @throws IllegalArgumentException if there is no such tool
   * @throws Exception whatever else the tool throws
   */
  public String call(String tool, String argumentsJson, String callId) throws Exception {
    ToolCatalogue.Entry entry =
        catalogue
            .find(tool)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no tool '" + tool + "' among " + catalogue.names()));
    return switch (entry.schema().check(argumentsJson)) {
      case InputSchema.Check.Valid valid ->
          ToolJson.content(entry.tool().call(valid.arguments(), new TrialContext(callId)));
      case InputSchema.Check.Invalid invalid -> throw refused(invalid.problems());
    };
  }

  private static ToolFailure refused(List<ArgumentProblem> problems) {
    return ToolFailure.invalidArguments(
        String.join("; ", problems.stream().map(ArgumentProblem::message).toList()));
  }

  private record TrialContext(String callId, Instant deadline) implements ToolContext {

    TrialContext(String callId) {
      this(callId, Instant.now().plus(TIME));
    }

    @Override
    public String sessionId() {
      return "trial";
    }

    @Override
    public String taskId() {
      return "trial";
    }

    @Override
    public String tenant() {
      return "trial";
    }

    @Override
    public String agent() {
      return "trial";
    }

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public Duration timeLeft() {
      Duration left = Duration.between(Instant.now(), deadline);
      return left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public Registration onCancel(Runnable action) {
      return () -> {};
    }

    @Override
    public void progress(String message) {
      logger().info("progress: {}", message);
    }

    @Override
    public Logger logger() {
      return LoggerFactory.getLogger(ToolTrial.class);
    }
  }
}
