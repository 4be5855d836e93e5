package dev.weirkeeper.planner.provider;

import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import okhttp3.Headers;

/**
 * The way to one provider's address: so many requests at a time, first come first served, none
 * while the provider has asked to wait or its limits have no room. Thread-safe.
 */
final class Lane {

  private final int places;
  private final Backoff backoff;
  private final InstantSource clock;
  private final Pause pause;

  private final Object lock = new Object();
  private final Queue<Waiter> waiters = new ArrayDeque<>();
  private final RateLimits limits = new RateLimits();
  private Instant closedUntil = Instant.MIN;
  private int taken;

  /** How a wait for the lane ended. */
  sealed interface Entry {
    /** The caller has a place and must leave it. */
    record Admitted() implements Entry {}

    /** The call was cancelled; there is nothing to leave. */
    record Cancelled() implements Entry {}

    /** There is no room for longer than anybody should wait; there is nothing to leave. */
    record Full(Duration opensIn) implements Entry {}
  }

  private static final class Waiter {
    private final CountDownLatch woken = new CountDownLatch(1);
    private boolean admitted;
  }

  /**
   * An empty lane.
   *
   * @param places requests under way at a time
   * @param backoff the longest wait, and how waits are spread so that not all go on at once
   */
  Lane(int places, Backoff backoff, InstantSource clock, Pause pause) {
    this.places = places;
    this.backoff = backoff;
    this.clock = clock;
    this.pause = pause;
  }

  /** Waits for a place and for the provider's limits. */
  Entry enter(Cancellation cancellation) throws InterruptedException {
    if (!place(cancellation)) {
      return new Entry.Cancelled();
    }
    boolean admitted = false;
    try {
      while (true) {
        Duration wait = wait(clock.instant());
        if (cancellation.cancelled()) {
          return new Entry.Cancelled();
        }
        if (wait.isZero()) {
          admitted = true;
          return new Entry.Admitted();
        }
        if (wait.compareTo(backoff.longest()) > 0) {
          return new Entry.Full(wait);
        }
        if (pause.hold(backoff.spread(wait), cancellation)) {
          return new Entry.Cancelled();
        }
      }
    } finally {
      if (!admitted) {
        leave();
      }
    }
  }

  private Duration wait(Instant now) {
    synchronized (lock) {
      return now.isBefore(closedUntil) ? Duration.between(now, closedUntil) : limits.take(now);
    }
  }

  private boolean place(Cancellation cancellation) throws InterruptedException {
    Waiter waiter = new Waiter();
    synchronized (lock) {
      if (taken < places) {
        taken++;
        return true;
      }
      waiters.add(waiter);
    }
    boolean proceed = false;
    try (Cancellation.Registration _ = cancellation.onCancel(waiter.woken::countDown)) {
      waiter.woken.await();
      synchronized (lock) {
        proceed = waiter.admitted;
      }
      return proceed;
    } finally {
      if (!proceed) {
        abandon(waiter);
      }
    }
  }

  /** Takes a waiter out of the queue; a place it was given in the meantime goes to the next. */
  private void abandon(Waiter waiter) {
    boolean admitted;
    synchronized (lock) {
      waiters.remove(waiter);
      admitted = waiter.admitted;
    }
    if (admitted) {
      leave();
    }
  }

  /** Gives the place to whoever waits longest. */
  void leave() {
    synchronized (lock) {
      Waiter next = waiters.poll();
      if (next == null) {
        taken--;
      } else {
        next.admitted = true;
        next.woken.countDown();
      }
    }
  }

  /** Calls that wait for a place. */
  int waiting() {
    synchronized (lock) {
      return waiters.size();
    }
  }

  /** Nobody enters before then. */
  void closeUntil(Instant until) {
    synchronized (lock) {
      if (until.isAfter(closedUntil)) {
        closedUntil = until;
      }
    }
  }

  /** Learns the provider's limits from an answer. */
  void learn(Headers headers) {
    synchronized (lock) {
      limits.learn(headers, taken - 1, clock.instant());
    }
  }

  /** Learns what calls use. */
  void used(Usage usage) {
    synchronized (lock) {
      limits.used(usage);
    }
  }
}
