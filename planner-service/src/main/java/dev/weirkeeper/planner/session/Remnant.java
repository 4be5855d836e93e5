package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import java.time.Instant;

/**
 * What is kept of a session that has been forgotten: enough for it to go on counting where it had
 * come to, so that no event and no call ever has the id of another one, and for its money to count.
 * Nothing of what was said.
 *
 * @param sequence events applied
 * @param at time of the last of them
 * @param turn model calls asked for
 * @param spent settled cost of all tasks
 * @param unsettled may have been charged as well
 */
public record Remnant(long sequence, Instant at, int turn, NanoUsd spent, NanoUsd unsettled) {

  /** Of a session that nothing is known of. */
  public static final Remnant NONE = new Remnant(0, Instant.EPOCH, 0, NanoUsd.ZERO, NanoUsd.ZERO);

  /** What is to be kept of a session. Money that nobody will give back any more is unsettled. */
  public static Remnant of(SessionState state) {
    Session session = state.session();
    Account account = session.account();
    return new Remnant(
        session.sequence(),
        session.at(),
        session.turn(),
        account.spent(),
        account.committed().minus(account.spent()));
  }
}
