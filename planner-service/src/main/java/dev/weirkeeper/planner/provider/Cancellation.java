package dev.weirkeeper.planner.provider;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A signal that a call is no longer wanted. Given once, never taken back. Thread-safe. */
public final class Cancellation {

  private final CountDownLatch given = new CountDownLatch(1);
  private final List<Runnable> listeners = new ArrayList<>();

  /** Gives the signal and runs what waits for it, on this thread. Later calls do nothing. */
  public void cancel() {
    List<Runnable> waiting;
    synchronized (listeners) {
      if (cancelled()) {
        return;
      }
      given.countDown();
      waiting = List.copyOf(listeners);
      listeners.clear();
    }
    waiting.forEach(Runnable::run);
  }

  /** True once the signal was given. */
  public boolean cancelled() {
    return given.getCount() == 0;
  }

  /** Runs something when the signal is given, at once if it was. It must be short. */
  Registration onCancel(Runnable listener) {
    synchronized (listeners) {
      if (!cancelled()) {
        listeners.add(listener);
        return new Registration(this, listener);
      }
    }
    listener.run();
    return new Registration(this, listener);
  }

  /**
   * Waits until the signal is given or the time has passed.
   *
   * @return true if the signal was given
   * @throws InterruptedException if the thread is interrupted
   */
  boolean await(Duration time) throws InterruptedException {
    return given.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends a listener's wait when closed. */
  record Registration(Cancellation cancellation, Runnable listener) implements AutoCloseable {
    @Override
    public void close() {
      synchronized (cancellation.listeners) {
        cancellation.listeners.remove(listener);
      }
    }
  }
}
