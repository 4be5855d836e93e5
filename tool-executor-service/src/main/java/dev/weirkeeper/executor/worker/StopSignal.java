package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Attempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one reason for which a call is stopped, and the thread to be interrupted for it. Only the
 * first reason counts. Interrupts reach the thread only between {@link #enter} and {@link #leave},
 * never the code that records and sends the outcome.
 */
final class StopSignal {

  private @Nullable Attempt reason;
  private @Nullable Thread inside;
  private final List<Runnable> actions = new ArrayList<>();

  /** Stops the call. */
  void stop(Attempt why) {
    List<Runnable> toRun;
    synchronized (this) {
      if (reason != null) {
        return;
      }
      reason = why;
      if (inside != null) {
        inside.interrupt();
      }
      toRun = List.copyOf(actions);
    }
    toRun.forEach(Runnable::run);
  }

  synchronized Optional<Attempt> reason() {
    return Optional.ofNullable(reason);
  }

  /**
   * Begins a part that may be interrupted.
   *
   * @throws InterruptedException if the call has been stopped already
   */
  synchronized void enter() throws InterruptedException {
    if (reason != null) {
      throw new InterruptedException();
    }
    inside = Thread.currentThread();
  }

  /** Ends it. */
  synchronized void leave() {
    inside = null;
    Thread.interrupted();
  }

  /** Runs an action when the call is stopped, or at once if it is. */
  Runnable onStop(Runnable action) {
    synchronized (this) {
      if (reason == null) {
        actions.add(action);
        return () -> {
          synchronized (this) {
            actions.remove(action);
          }
        };
      }
    }
    action.run();
    return () -> {};
  }
}
