package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many calls may run at once, and how many may be taken: some more than may run, so that calls
 * that wait for their own tool's limit don't keep others out. Thread-safe.
 */
final class Slots {

  private final int mayTake;
  private final AtomicInteger taken = new AtomicInteger();
  private final Semaphore running;

  Slots(int mayRun, int mayTake) {
    this.mayTake = mayTake;
    this.running = new Semaphore(mayRun);
  }

  /** True if there is room for another call. */
  boolean free() {
    return taken.get() < mayTake;
  }

  void take() {
    taken.incrementAndGet();
  }

  void giveBack() {
    taken.decrementAndGet();
  }

  int taken() {
    return taken.get();
  }

  /**
   * Waits for the right to run.
   *
   * @return false if it did not come within the time given
   */
  boolean enter(Duration atMost) throws InterruptedException {
    return running.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  void leave() {
    running.release();
  }
}
