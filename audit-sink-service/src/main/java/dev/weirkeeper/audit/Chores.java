package dev.weirkeeper.audit;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done from time to time beside the intake, one thing after the other on one thread, and
 * only while the intake has caught up: before that the store does not know yet what was done.
 *
 * <p>A chore that fails because the store or the cluster is away is done at its next turn.
 */
final class Chores implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Chores.class);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  /** Something to do. */
  interface Chore {
    void run() throws SQLException, ExecutionException, InterruptedException, TimeoutException;
  }

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("audit-chores").factory());
  private final BooleanSupplier caughtUp;

  Chores(BooleanSupplier caughtUp) {
    this.caughtUp = caughtUp;
  }

  void every(Duration interval, String name, Chore chore) {
    long millis = interval.toMillis();
    var _ =
        thread.scheduleWithFixedDelay(
            () -> run(name, chore), Math.min(millis, 1_000), millis, TimeUnit.MILLISECONDS);
  }

  private void run(String name, Chore chore) {
    if (!caughtUp.getAsBoolean()) {
      return;
    }
    try {
      chore.run();
    } catch (SQLException | ExecutionException | TimeoutException | KafkaException e) {
      log.warn("could not {}, will try again: {}", name, e.getMessage());
      log.debug("cause", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("could not {}, and will not try again before a restart", name, e);
      throw e;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        log.warn("a chore did not stop within {} s", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
