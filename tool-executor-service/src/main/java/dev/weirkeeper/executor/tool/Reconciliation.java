package dev.weirkeeper.executor.tool;

import org.jspecify.annotations.Nullable;

/** What a tool found out about an earlier run of a call that left no result. */
public sealed interface Reconciliation {

  /** It took effect, and this is its result. */
  record Happened(@Nullable Object result) implements Reconciliation {}

  /** It did not take effect: it is safe to run the call. */
  record NotHappened() implements Reconciliation {}

  /** There is no telling: the call ends with {@code outcome_unknown}. */
  record CannotTell() implements Reconciliation {}

  static Reconciliation happened(@Nullable Object result) {
    return new Happened(result);
  }

  static Reconciliation notHappened() {
    return new NotHappened();
  }

  static Reconciliation cannotTell() {
    return new CannotTell();
  }
}
