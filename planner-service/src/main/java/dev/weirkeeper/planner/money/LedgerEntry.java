package dev.weirkeeper.planner.money;

/**
 * One line of the ledger. For every model call, reserved = settled + released + unsettled.
 *
 * @param callId the model call
 * @param amount never negative, except an UNSETTLED line that takes an earlier one back, and a
 *     RELEASED line where a provider charged more than the worst case
 */
public record LedgerEntry(Kind kind, String callId, NanoUsd amount) {

  /** What happened to the money. */
  public enum Kind {
    /** Set aside before the call. */
    RESERVED,
    /** What the call cost. */
    SETTLED,
    /** The part of the reservation that came back. */
    RELEASED,
    /** Held because the reply was lost: the provider may have charged up to it. */
    UNSETTLED
  }
}
