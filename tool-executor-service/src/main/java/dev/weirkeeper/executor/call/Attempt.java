package dev.weirkeeper.executor.call;

import java.time.Duration;

/** How one try of a tool ended. */
public sealed interface Attempt {

  /** It returned. */
  record Returned(String content) implements Attempt {}

  /** It threw. */
  record Threw(Failure failure) implements Attempt {}

  /** It was stopped because its time was up, this long after the call began. */
  record TimedOut(Duration after) implements Attempt {}

  /** It was stopped because the result is no longer wanted. */
  record Cancelled(String reason) implements Attempt {}

  /** It was stopped because the executor stops. */
  record Evicted() implements Attempt {}
}
