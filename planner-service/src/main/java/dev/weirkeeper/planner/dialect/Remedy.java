package dev.weirkeeper.planner.dialect;

/** What may be done about a failure. Decided where the failure is known, obeyed everywhere else. */
public enum Remedy {
  /** Nothing was charged: the same request may be sent again under the same reservation. */
  SEND_AGAIN,
  /**
   * It may have been charged: the model may well answer another attempt, but that is another call
   * with a reservation of its own.
   */
  ASK_AGAIN,
  /** Asking the same again would not help, or must not be done. */
  GIVE_UP
}
