package dev.weirkeeper.planner.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** Everything that could have been otherwise, from one seed. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    random = new SplittableRandom(scattered(seed));
  }

  /**
   * Seeds are small and close to each other; what they lead to must not be. The generator itself
   * goes on in steps of one constant, so seeds that far apart would share all but one number: they
   * are scattered by the finalizer of MurmurHash3 (Austin Appleby, public domain).
   */
  private static long scattered(long seed) {
    long z = seed + 0x632BE59BD9B4E019L;
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }

  /** True once in so many times. */
  boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  /** Both ends included. */
  long between(long least, long most) {
    return random.nextLong(least, most + 1);
  }

  <T> T of(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  @SafeVarargs
  final <T> T either(T... some) {
    return some[random.nextInt(some.length)];
  }
}
