package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is true of a session in every situation.
 *
 * @param sequence events applied so far
 * @param at time of the last of them
 * @param turn model calls asked for so far, over all tasks
 * @param waiting tasks that came while another ran, in order
 * @param taskIds every task id ever seen
 * @param spent settled cost of all tasks, sub-agents included
 * @param held model calls whose bill is unknown, by call id
 * @param closed tool calls the planner answered itself although they had been sent
 * @param seen ids of the last controls and decisions
 * @param results the last results, to be said again if somebody may have missed them
 */
public record Session(
    String id,
    long sequence,
    Instant at,
    int turn,
    Transcript transcript,
    List<Waiter> waiting,
    Set<String> taskIds,
    NanoUsd spent,
    Map<String, Held> held,
    Recent closed,
    Recent seen,
    List<Effect.PublishResult> results) {

  private static final int RESULTS_KEPT = 4;
  private static final int IDS_KEPT = 64;

  /** A waiting task and the event that brought it. */
  public record Waiter(Task task, long sequence) {}

  /** A reservation that is kept because the bill is unknown. */
  public record Held(String taskId, NanoUsd amount) {}

  static Session fresh(String id) {
    return new Session(
        id,
        0,
        Instant.EPOCH,
        0,
        Transcript.EMPTY,
        List.of(),
        Set.of(),
        NanoUsd.ZERO,
        Map.of(),
        Recent.last(IDS_KEPT),
        Recent.last(IDS_KEPT),
        List.of());
  }

  NanoUsd heldInAll() {
    NanoUsd sum = NanoUsd.ZERO;
    for (Held one : held.values()) {
      sum = sum.plus(one.amount);
    }
    return sum;
  }

  Session next(Instant time) {
    return new Session(
        id,
        sequence + 1,
        time,
        turn,
        transcript,
        waiting,
        taskIds,
        spent,
        held,
        closed,
        seen,
        results);
  }

  Session withTurn(int number) {
    return new Session(
        id, sequence, at, number, transcript, waiting, taskIds, spent, held, closed, seen, results);
  }

  Session withTranscript(Transcript longer) {
    return new Session(
        id, sequence, at, turn, longer, waiting, taskIds, spent, held, closed, seen, results);
  }

  Session withWaiting(List<Waiter> tasks) {
    return new Session(
        id, sequence, at, turn, transcript, tasks, taskIds, spent, held, closed, seen, results);
  }

  Session withTaskId(String taskId) {
    Set<String> more = new HashSet<>(taskIds);
    more.add(taskId);
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        Set.copyOf(more),
        spent,
        held,
        closed,
        seen,
        results);
  }

  Session withSpent(NanoUsd more) {
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        taskIds,
        spent.plus(more),
        held,
        closed,
        seen,
        results);
  }

  Session holding(String callId, Held amount) {
    Map<String, Held> more = new HashMap<>(held);
    more.put(callId, amount);
    return withHeld(Map.copyOf(more));
  }

  Session notHolding(String callId) {
    Map<String, Held> fewer = new HashMap<>(held);
    fewer.remove(callId);
    return withHeld(Map.copyOf(fewer));
  }

  private Session withHeld(Map<String, Held> amounts) {
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        taskIds,
        spent,
        amounts,
        closed,
        seen,
        results);
  }

  Session closing(String callId) {
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        taskIds,
        spent,
        held,
        closed.plus(callId),
        seen,
        results);
  }

  Session reopening(String callId) {
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        taskIds,
        spent,
        held,
        closed.minus(callId),
        seen,
        results);
  }

  Session seeing(String inputId) {
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        taskIds,
        spent,
        held,
        closed,
        seen.plus(inputId),
        results);
  }

  Session withResult(Effect.PublishResult result) {
    List<Effect.PublishResult> more = new ArrayList<>(results);
    more.add(result);
    if (more.size() > RESULTS_KEPT) {
      more.removeFirst();
    }
    return new Session(
        id,
        sequence,
        at,
        turn,
        transcript,
        waiting,
        taskIds,
        spent,
        held,
        closed,
        seen,
        List.copyOf(more));
  }
}
