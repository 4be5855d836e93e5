package dev.weirkeeper.operations.metric;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a label to few values: the first ones are let through, all others are called {@code other}.
 * Thread-safe.
 */
public final class Few {

  /** What a value is called that came too late. */
  public static final String OTHER = "other";

  private final int most;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /**
   * Lets this many values through, or one or two more if several threads bring new ones at once.
   */
  public Few(int most) {
    this.most = most;
  }

  /** The value as a label may show it. */
  public String of(String value) {
    if (known.contains(value)) {
      return value;
    }
    if (known.size() >= most) {
      return OTHER;
    }
    known.add(value);
    return value;
  }
}
