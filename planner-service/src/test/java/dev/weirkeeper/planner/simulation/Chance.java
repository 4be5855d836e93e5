package dev.weirkeeper.planner.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** Everything that could have been otherwise, from one seed. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    // Seeds are small and close to each other; what they lead to must not be.
    random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L);
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
