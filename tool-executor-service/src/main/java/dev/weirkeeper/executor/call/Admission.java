package dev.weirkeeper.executor.call;

/** Whether a delivered call may be run. */
public sealed interface Admission {

  /**
   * Not any more, but an earlier delivery may have run: what it did is told if it is known, and the
   * error otherwise.
   *
   * @param giveUp this is the last delivery, so that the record must be kept elsewhere
   */
  record TooLate(CallError error, boolean giveUp) implements Admission {}

  /** It may. */
  record Admitted() implements Admission {}
}
