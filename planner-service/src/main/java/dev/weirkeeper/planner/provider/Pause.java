package dev.weirkeeper.planner.provider;

import java.time.Duration;

/** Waits. A seam, so that tests need not. */
interface Pause {

  /** Waits by the clock on the wall. */
  Pause REAL = (time, cancellation) -> cancellation.await(time);

  /**
   * Waits for a time, or until the signal is given.
   *
   * @return true if the signal was given
   * @throws InterruptedException if the thread is interrupted
   */
  boolean hold(Duration time, Cancellation cancellation) throws InterruptedException;
}
