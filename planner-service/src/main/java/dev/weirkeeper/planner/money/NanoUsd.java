package dev.weirkeeper.planner.money;

/**
 * An amount of money in billionths of a US dollar, exact.
 *
 * @param value nano-dollars; {@link Long#MAX_VALUE} stands for no limit
 */
public record NanoUsd(long value) implements Comparable<NanoUsd> {

  public static final NanoUsd ZERO = new NanoUsd(0);

  private static final long NANOS = 1_000_000_000;

  /** A one in front and two decimals. */
  private static final int FEWEST_DIGITS = 3;

  /** More than any amount: a limit that is not set. Taking from it leaves it as it is. */
  public static final NanoUsd UNLIMITED = new NanoUsd(Long.MAX_VALUE);

  public static NanoUsd dollars(long dollars) {
    return new NanoUsd(Math.multiplyExact(dollars, NANOS));
  }

  public boolean limited() {
    return value != Long.MAX_VALUE;
  }

  public boolean positive() {
    return value > 0;
  }

  public NanoUsd plus(NanoUsd other) {
    if (other.value == 0) {
      return this;
    }
    return limited() && other.limited()
        ? new NanoUsd(Math.addExact(value, other.value))
        : UNLIMITED;
  }

  public NanoUsd minus(NanoUsd other) {
    if (other.value == 0) {
      return this;
    }
    return limited() ? new NanoUsd(Math.subtractExact(value, other.value)) : UNLIMITED;
  }

  public NanoUsd times(int factor) {
    return limited() ? new NanoUsd(Math.multiplyExact(value, factor)) : UNLIMITED;
  }

  /** A share of it, rounded down; of no limit, no limit. */
  public NanoUsd dividedBy(int shares) {
    return limited() ? new NanoUsd(value / shares) : UNLIMITED;
  }

  public NanoUsd min(NanoUsd other) {
    return value <= other.value ? this : other;
  }

  public NanoUsd max(NanoUsd other) {
    return value >= other.value ? this : other;
  }

  @Override
  public int compareTo(NanoUsd other) {
    return Long.compare(value, other.value);
  }

  /** Dollars with as many digits as needed and at least two, as people read it. */
  @Override
  public String toString() {
    if (!limited()) {
      return "no limit";
    }
    long dollars = value / NANOS;
    long nanos = Math.abs(value % NANOS);
    String sign = value < 0 ? "-$" : "$";
    String fraction = Long.toString(NANOS + nanos);
    int end = fraction.length();
    while (end > FEWEST_DIGITS && fraction.charAt(end - 1) == '0') {
      end--;
    }
    return sign + Math.abs(dollars) + "." + fraction.substring(1, end);
  }
}
