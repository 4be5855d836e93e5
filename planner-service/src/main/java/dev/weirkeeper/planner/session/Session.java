package dev.weirkeeper.planner.session;

import java.time.Instant;
import java.util.List;

/**
 * What is true of a session in every situation.
 *
 * @param sequence events applied so far
 * @param at time of the last of them
 * @param turn model calls asked for so far, over all tasks
 * @param pausing no new model call is to start
 * @param waiting tasks that came while another ran, in order
 */
public record Session(
    String id,
    long sequence,
    Instant at,
    int turn,
    boolean pausing,
    Transcript transcript,
    List<Waiter> waiting,
    Account account,
    Inputs inputs) {

  /** A waiting task and the event that brought it. */
  public record Waiter(Task task, long sequence) {}

  static Session after(Remnant kept, String id) {
    return new Session(
        id,
        kept.sequence(),
        kept.at(),
        kept.turn(),
        false,
        Transcript.EMPTY,
        List.of(),
        Account.EMPTY.settled(kept.spent(), kept.unsettled()),
        Inputs.NONE);
  }

  Session next(Instant time) {
    return new Session(id, sequence + 1, time, turn, pausing, transcript, waiting, account, inputs);
  }

  Session nextTurn() {
    return new Session(id, sequence, at, turn + 1, pausing, transcript, waiting, account, inputs);
  }

  Session withTurn(int turns) {
    return new Session(id, sequence, at, turns, pausing, transcript, waiting, account, inputs);
  }

  Session withPausing(boolean wanted) {
    return new Session(id, sequence, at, turn, wanted, transcript, waiting, account, inputs);
  }

  Session with(Transcript longer) {
    return new Session(id, sequence, at, turn, pausing, longer, waiting, account, inputs);
  }

  Session withWaiting(List<Waiter> tasks) {
    return new Session(
        id, sequence, at, turn, pausing, transcript, List.copyOf(tasks), account, inputs);
  }

  Session with(Account changed) {
    return new Session(id, sequence, at, turn, pausing, transcript, waiting, changed, inputs);
  }

  Session with(Inputs changed) {
    return new Session(id, sequence, at, turn, pausing, transcript, waiting, account, changed);
  }
}
