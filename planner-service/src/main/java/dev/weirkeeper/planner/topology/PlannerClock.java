package dev.weirkeeper.planner.topology;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time for decisions. Follows the machine's clock but never jumps with it: where the machine's
 * clock is set by more than a second between two looks, time goes on from where it was, as fast as
 * it really passes, so no deadline comes early or is put off by an hour. Thread-safe.
 */
public final class PlannerClock implements InstantSource {
  private static final long TOLERANCE_MILLIS = 1_000;

  private final InstantSource wall;
  private final LongSupplier nanos;
  private Instant last;
  private long lastNanos;
  private Duration ahead = Duration.ZERO;

  /** A clock over the machine's time and a counter of nanoseconds that only goes forward. */
  public PlannerClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.last = wall.instant();
    this.lastNanos = nanos.getAsLong();
  }

  /** The machine's clock. */
  public static PlannerClock system() {
    return new PlannerClock(InstantSource.system(), System::nanoTime);
  }

  @Override
  public synchronized Instant instant() {
    long now = nanos.getAsLong();
    Instant expected = last.plusNanos(now - lastNanos);
    Instant told = wall.instant().plus(ahead);
    if (Math.abs(Duration.between(expected, told).toMillis()) > TOLERANCE_MILLIS) {
      ahead = ahead.plus(Duration.between(told, expected));
      told = expected;
    }
    last = told.isBefore(last) ? last : told;
    lastNanos = now;
    return last;
  }
}
