package dev.weirkeeper.executor.tool;

import java.time.Duration;

/**
 * How often and how soon a failed try is repeated inside the executor.
 *
 * @param maxAttempts tries per call, the first included, 1 to 100
 * @param backoff wait before the second try; doubles with each further one
 * @param maxBackoff longest wait between two tries
 */
public record RetryPolicy(int maxAttempts, Duration backoff, Duration maxBackoff) {

  public RetryPolicy {
    if (maxAttempts < 1 || maxAttempts > 100) {
      throw new IllegalArgumentException("maxAttempts must be 1 to 100, not " + maxAttempts);
    }
    if (backoff.isNegative() || maxBackoff.compareTo(backoff) < 0) {
      throw new IllegalArgumentException(
          "backoff " + backoff + " must be between zero and maxBackoff " + maxBackoff);
    }
  }

  /** One try only. */
  public static RetryPolicy never() {
    return new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
  }

  /**
   * The wait after a failed try: exponential, with a random half so that callers spread out.
   *
   * @param failedAttempt the try that failed, from 1
   * @param jitter a random number in [0, 1)
   */
  public Duration waitAfter(int failedAttempt, double jitter) {
    double doubled = (double) backoff.toNanos() * Math.pow(2, failedAttempt - 1);
    double capped = Math.min(doubled, (double) maxBackoff.toNanos());
    return Duration.ofNanos((long) (capped / 2 + capped / 2 * jitter));
  }
}
