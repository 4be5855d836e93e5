package dev.weirkeeper.planner.money;

/**
 * An amount of money in billionths of a US dollar, exact.
 *
 * @param value nano-dollars; {@link Long#MAX_VALUE} stands for no limit
 */
public record NanoUsd(long value) implements Comparable<NanoUsd> {

  public static final NanoUsd ZERO = new NanoUsd(0);

  /** More than any amount: a limit that is not set. Taking from it leaves it as it is. */
  public static final NanoUsd UNLIMITED = new NanoUsd(Long.MAX_VALUE);

  public static NanoUsd dollars(long dollars) {
    return new NanoUsd(Math.multiplyExact(dollars, 1_000_000_000L));
  }

  public boolean limited() {
    return value != Long.MAX_VALUE;
  }

  public boolean positive() {
    return value > 0;
  }

  public NanoUsd plus(NanoUsd other) {
    return limited() && other.limited()
        ? new NanoUsd(Math.addExact(value, other.value))
        : UNLIMITED;
  }

  public NanoUsd minus(NanoUsd other) {
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
    String digits = "%010d".formatted(Math.abs(value));
    int point = digits.length() - 9;
    String fraction = digits.substring(point).replaceFirst("0{1,7}$", "");
    return (value < 0 ? "-$" : "$") + digits.substring(0, point) + "." + fraction;
  }
}
