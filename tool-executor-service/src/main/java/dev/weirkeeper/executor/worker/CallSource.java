package dev.weirkeeper.executor.worker;

import java.util.Optional;

/** Where calls come from. */
interface CallSource extends AutoCloseable {

  /** Begins to take calls, on threads of its own. */
  void start();

  /** Takes no more calls; those taken go on and are settled as they end. */
  void stopTaking();

  /** What it waits for before it can take calls; empty if it takes them. */
  Optional<String> waitingFor();

  /** Why it has stopped by itself, if it has: it can't go on. */
  Optional<Throwable> failure();

  /** Stops. What is not settled by now will be delivered again. */
  @Override
  void close();
}
