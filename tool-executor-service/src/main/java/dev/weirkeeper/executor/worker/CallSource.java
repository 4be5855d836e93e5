package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.Optional;

/** Where calls come from. */
interface CallSource extends AutoCloseable {

  /** Begins to take calls, on threads of its own. */
  void start();

  /** Takes no more calls; those taken go on and are settled as they end. Does not wait. */
  void stopTaking();

  /**
   * Waits until no more calls can come after {@link #stopTaking}. What is handed back before that
   * may come again to the one who stops, and each time is a delivery.
   */
  void awaitNoMore(Duration atMost) throws InterruptedException;

  /** What it waits for before it can take calls; empty if it takes them. */
  Optional<String> waitingFor();

  /** Why it has stopped by itself, if it has: it can't go on. */
  Optional<Throwable> failure();

  /** Stops. What is not settled by now will be delivered again. */
  @Override
  void close();
}
