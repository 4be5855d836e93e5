package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.LedgerEntry;
import java.util.List;

/**
 * What the planner made of an event.
 *
 * @param next the situation after it
 * @param effects what the shell is to do, in order
 * @param reason why, in words
 */
public record Decision(
    Kind kind,
    SessionState next,
    List<Effect> effects,
    List<LedgerEntry> ledger,
    Phase phase,
    String reason) {

  /** What kind of input it was. */
  public enum Kind {
    /** The session moved. */
    APPLIED,
    /** Refused or too late: nothing moved, but the log says that it came and why it did nothing. */
    NOTED,
    /** Already applied: nothing moves, nothing is logged and nothing is done. */
    REPEATED
  }

  /** The place in the loop. */
  public enum Phase {
    PLAN,
    ACT,
    OBSERVE,
    REFLECT,
    END
  }
}
