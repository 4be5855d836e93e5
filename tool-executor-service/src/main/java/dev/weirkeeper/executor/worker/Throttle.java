package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.tool.RateLimit;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A limit on calls at once and on calls started per time. Thread-safe, fair. */
final class Throttle {

  private final @Nullable Semaphore atOnce;
  private final long nanosPerCall;
  private final long burstNanos;
  private long nextFree;

  Throttle(OptionalInt concurrency, Optional<RateLimit> rate) {
    this.atOnce = concurrency.isPresent() ? new Semaphore(concurrency.getAsInt(), true) : null;
    this.nanosPerCall = rate.map(limit -> limit.per().toNanos() / limit.calls()).orElse(0L);
    this.burstNanos = rate.map(limit -> limit.per().toNanos()).orElse(0L);
    this.nextFree = System.nanoTime() - burstNanos;
  }

  /**
   * Waits for the right to start a call.
   *
   * @return false if it would not come within the time given
   */
  boolean enter(Duration atMost) throws InterruptedException {
    long start = System.nanoTime();
    if (atOnce != null && !atOnce.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    boolean entered = false;
    try {
      long wait = reserve(atMost.toNanos() - (System.nanoTime() - start));
      if (wait < 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(wait);
      entered = true;
      return true;
    } finally {
      if (!entered) {
        leave();
      }
    }
  }

  /** Gives back the right to run at once with others. */
  void leave() {
    if (atOnce != null) {
      atOnce.release();
    }
  }

  /** The wait until the next free start, which is then taken; negative if it is too far off. */
  private synchronized long reserve(long atMost) {
    if (nanosPerCall == 0) {
      return 0;
    }
    long now = System.nanoTime();
    // Time not used is saved up for one stretch of the limit, minus the call that starts now.
    long start = Math.max(nextFree, now - burstNanos + nanosPerCall);
    long wait = Math.max(0, start - now);
    if (wait > atMost) {
      return -1;
    }
    nextFree = start + nanosPerCall;
    return wait;
  }
}
