package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.session.Effect.AlertKind;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A task under way.
 *
 * @param startedAt when it began; waiting behind other tasks of the session does not count
 * @param sequence the event that brought it
 * @param model index of the model in use: more than 0 after a fallback
 * @param counted what the provider itself counted, to bound the next prompt
 * @param continuations how often in a row the model only paused
 * @param recentCalls signatures of the last tool calls, for the identical-call breaker
 * @param lease out of the tenant's daily budget
 * @param alerted thresholds it has passed
 * @param outputs of the pipeline steps done so far, in order
 * @param before what a forked task had used where it was continued from
 */
public record Run(
    Task task,
    Instant startedAt,
    long sequence,
    Spent spent,
    int model,
    Counted counted,
    int continuations,
    Recent recentCalls,
    Lease lease,
    Set<AlertKind> alerted,
    Map<String, String> outputs,
    Fork.Used before) {

  /**
   * The provider's own count of a prompt and its reply.
   *
   * @param tokens zero: no count yet
   * @param items of the transcript that it covers
   * @param bytes likewise
   */
  public record Counted(long tokens, int items, long bytes) {
    static final Counted NOTHING = new Counted(0, 0, 0);
  }

  static Run begin(Task task, Instant at, long sequence) {
    return new Run(
        task,
        at,
        sequence,
        Spent.NOTHING,
        0,
        Counted.NOTHING,
        0,
        Recent.last(Limits.WINDOW),
        Lease.NONE,
        Set.of(),
        Map.of(),
        Fork.Used.NOTHING);
  }

  /** Going on where a task that was forked had come to. */
  Run after(Fork.Used used) {
    Recent recent = recentCalls;
    for (String signature : used.recentCalls()) {
      recent = recent.plus(signature);
    }
    Map<String, String> done = new LinkedHashMap<>();
    used.outputs().forEach(output -> done.put(output.step(), output.text()));
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        model,
        counted,
        used.continuations(),
        recent,
        lease,
        alerted,
        Collections.unmodifiableMap(done),
        used);
  }

  /** Steps that count towards the limit. */
  int stepsUsed() {
    return before.steps() + spent.steps();
  }

  /** Tokens that count towards the limit. */
  long tokensUsed() {
    return before.tokens() + spent.usage().total();
  }

  /** Calls of a tool that count towards the limit. */
  int callsOf(String tool) {
    int earlier = before.toolCalls().isEmpty() ? 0 : before.toolCalls().getOrDefault(tool, 0);
    return earlier + spent.toolCalls().of(tool);
  }

  Limits limits() {
    return task.limits();
  }

  /** The agent it is pinned to. */
  public Agent agent() {
    return task.agent();
  }

  /** When the task may take no longer. */
  public Instant deadline() {
    return startedAt.plus(limits().maxDuration());
  }

  /** Whether nothing new may be started for it any more. */
  boolean late(Instant at) {
    return !at.isBefore(deadline());
  }

  Run with(Spent more) {
    return new Run(
        task,
        startedAt,
        sequence,
        more,
        model,
        counted,
        continuations,
        recentCalls,
        lease,
        alerted,
        outputs,
        before);
  }

  Run withModel(int index) {
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        index,
        Counted.NOTHING,
        continuations,
        recentCalls,
        lease,
        alerted,
        outputs,
        before);
  }

  Run with(Counted count) {
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        model,
        count,
        continuations,
        recentCalls,
        lease,
        alerted,
        outputs,
        before);
  }

  Run withContinuations(int inARow) {
    if (inARow == continuations) {
      return this;
    }
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        model,
        counted,
        inARow,
        recentCalls,
        lease,
        alerted,
        outputs,
        before);
  }

  Run calling(String tool, String signature) {
    return new Run(
        task,
        startedAt,
        sequence,
        spent.toolCall(tool),
        model,
        counted,
        continuations,
        recentCalls.plus(signature),
        lease,
        alerted,
        outputs,
        before);
  }

  Run with(Lease changed) {
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        model,
        counted,
        continuations,
        recentCalls,
        changed,
        alerted,
        outputs,
        before);
  }

  Run alerting(AlertKind kind) {
    EnumSet<AlertKind> more = EnumSet.of(kind);
    more.addAll(alerted);
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        model,
        counted,
        continuations,
        recentCalls,
        lease,
        Set.copyOf(more),
        outputs,
        before);
  }

  Run withOutput(String step, String output) {
    Map<String, String> more = new LinkedHashMap<>(outputs);
    more.put(step, output);
    return new Run(
        task,
        startedAt,
        sequence,
        spent,
        model,
        counted,
        continuations,
        recentCalls,
        lease,
        alerted,
        Collections.unmodifiableMap(more),
        before);
  }
}
