package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.executor.tool.ToolContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;

/** What a tool is told about the try it runs. */
final class CallContext implements ToolContext {

  private final RunningCall running;
  private final int attempt;
  private final Instant deadline;
  private final Clock clock;
  private final Logger logger;

  CallContext(RunningCall running, int attempt, Instant deadline, Clock clock, Logger logger) {
    this.running = running;
    this.attempt = attempt;
    this.deadline = deadline;
    this.clock = clock;
    this.logger = logger;
  }

  private Call call() {
    return running.call();
  }

  @Override
  public String callId() {
    return call().id();
  }

  @Override
  public String sessionId() {
    return call().sessionId();
  }

  @Override
  public String taskId() {
    return call().taskId();
  }

  @Override
  public String tenant() {
    return call().tenant();
  }

  @Override
  public String agent() {
    return call().agent();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public Instant deadline() {
    return deadline;
  }

  @Override
  public Duration timeLeft() {
    Duration left = Duration.between(clock.instant(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public boolean cancelled() {
    return running.signal().reason().isPresent();
  }

  @Override
  public Registration onCancel(Runnable action) {
    return running.signal().onStop(action)::run;
  }

  @Override
  public void progress(String message) {
    running.progress(message);
    logger.info("progress: {}", message);
  }

  @Override
  public Logger logger() {
    return logger;
  }
}
