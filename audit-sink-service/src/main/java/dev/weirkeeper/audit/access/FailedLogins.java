package dev.weirkeeper.audit.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Slows down whoever tries tokens: after a number of failures an address has to wait before the
 * next is looked at. Valid tokens are never held up, so nobody can lock others out.
 *
 * <p>Thread-safe; memory is bounded.
 */
public final class FailedLogins {

  private static final int FREE = 10;
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_ADDRESSES = 10_000;

  private record Failures(int count, long since) {}

  private final LongSupplier nanoTime;
  private final Map<String, Failures> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  public FailedLogins() {
    this(System::nanoTime);
  }

  FailedLogins(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Notes that an address showed a token that is none.
   *
   * @return how long it has to wait before the next is looked at; empty: not at all
   */
  public synchronized Optional<Duration> failed(String address) {
    long now = nanoTime.getAsLong();
    Failures before = byAddress.get(address);
    Failures after =
        before == null || now - before.since() >= WINDOW.toNanos()
            ? new Failures(1, now)
            : new Failures(before.count() + 1, before.since());
    byAddress.put(address, after);
    return after.count() > FREE
        ? Optional.of(WINDOW.minusNanos(now - after.since()))
        : Optional.empty();
  }
}
