package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.Effect.Notice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What is true of a session in every situation.
 *
 * @param sequence events applied so far
 * @param at time of the last of them
 * @param turn model calls asked for so far, over all tasks
 * @param pausing no new model call is to start
 * @param waiting tasks that came while another ran, in order
 * @param told what it told lately, to be told again if somebody may have missed it
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
    Inputs inputs,
    List<Told> told) {

  /**
   * More events than one session has between two commits of its planner: what was said in them may
   * have to be said again after a crash.
   */
  private static final int EVENTS_REMEMBERED = 32;

  /** A waiting task and the event that brought it. */
  public record Waiter(Task task, long sequence) {}

  /** What it told, and at which event. */
  public record Told(long sequence, Notice notice) {}

  static Session fresh(String id) {
    return new Session(
        id,
        0,
        Instant.EPOCH,
        0,
        false,
        Transcript.EMPTY,
        List.of(),
        Account.EMPTY,
        Inputs.NONE,
        List.of());
  }

  Session next(Instant time) {
    return new Session(
        id, sequence + 1, time, turn, pausing, transcript, waiting, account, inputs, told);
  }

  Session nextTurn() {
    return new Session(
        id, sequence, at, turn + 1, pausing, transcript, waiting, account, inputs, told);
  }

  Session withTurn(int turns) {
    return new Session(
        id, sequence, at, turns, pausing, transcript, waiting, account, inputs, told);
  }

  Session withPausing(boolean wanted) {
    return new Session(id, sequence, at, turn, wanted, transcript, waiting, account, inputs, told);
  }

  Session with(Transcript longer) {
    return new Session(id, sequence, at, turn, pausing, longer, waiting, account, inputs, told);
  }

  Session withWaiting(List<Waiter> tasks) {
    return new Session(
        id, sequence, at, turn, pausing, transcript, List.copyOf(tasks), account, inputs, told);
  }

  Session with(Account changed) {
    return new Session(id, sequence, at, turn, pausing, transcript, waiting, changed, inputs, told);
  }

  Session with(Inputs changed) {
    return new Session(
        id, sequence, at, turn, pausing, transcript, waiting, account, changed, told);
  }

  /** Keeps what the last few events made it say. */
  Session telling(List<Notice> now) {
    List<Told> kept = new ArrayList<>(told.size() + now.size());
    for (Told earlier : told) {
      if (earlier.sequence > sequence - EVENTS_REMEMBERED) {
        kept.add(earlier);
      }
    }
    for (Notice notice : now) {
      kept.add(new Told(sequence, notice));
    }
    return new Session(
        id, sequence, at, turn, pausing, transcript, waiting, account, inputs, List.copyOf(kept));
  }
}
