package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does things later, on platform threads: a tool that never yields its virtual thread's carrier
 * can't keep its own time limit from being kept. Thread-safe.
 */
final class Alarm implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

  private final ScheduledThreadPoolExecutor threads;

  Alarm(String name, int size) {
    threads =
        new ScheduledThreadPoolExecutor(
            size, Thread.ofPlatform().daemon().name("alarm-" + name + "-", 0).factory());
    threads.setRemoveOnCancelPolicy(true);
  }

  /** Does something once. */
  ScheduledFuture<?> in(Duration delay, Runnable action) {
    return threads.schedule(logged(action), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Does something again and again. */
  void every(Duration period, Runnable action) {
    var _ =
        threads.scheduleWithFixedDelay(
            logged(action), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A periodic action that throws would never be done again, and nobody would know. */
  private static Runnable logged(Runnable action) {
    return () -> {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.error("a timed action failed", e);
      }
    };
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
