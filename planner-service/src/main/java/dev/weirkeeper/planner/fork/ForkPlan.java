package dev.weirkeeper.planner.fork;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.edge.Forks;
import dev.weirkeeper.planner.replay.RecordedSession;
import dev.weirkeeper.planner.replay.Replay;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Fork;
import dev.weirkeeper.planner.session.OpenCall;
import dev.weirkeeper.planner.session.OpenCall.Progress.Done;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Transcript.Answer;
import dev.weirkeeper.planner.session.Transcript.AnsweredCall;
import dev.weirkeeper.planner.session.Transcript.Entry;
import dev.weirkeeper.planner.session.Waiting;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ForkAnswer;
import dev.weirkeeper.wire.ForkCall;
import dev.weirkeeper.wire.ForkEntry;
import dev.weirkeeper.wire.ForkOrigin;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.ForkStart;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The records that make a fork: the inputs its conversation consists of, in order, and how they fit
 * together. They are all there is to it: the new session's log says everything, and needs neither
 * the old session's partition nor its pins.
 */
public final class ForkPlan {

  /** Metadata of the task that goes on: where it was forked. */
  public static final String FORKED_FROM = "forked_from";

  /** What came of planning. */
  public sealed interface Outcome {
    /**
     * It can be done.
     *
     * @param parts for the topic of forks, in this order, with the new session's id as key
     * @param at the event of the old session from which it goes on
     * @param stepsDone of the task, in the old session; what was under way is done anew and is none
     * @param underWay ids of calls the old session waited for: they are made anew
     * @param task the task that goes on; otherwise the new session waits for one
     */
    record Ready(
        List<ForkPart> parts,
        SessionEvent at,
        int stepsDone,
        Set<String> underWay,
        Optional<Task> task)
        implements Outcome {}

    /** It can't, and why. */
    record Impossible(String why) implements Outcome {}
  }

  private final RecordedSession recorded;
  private final ForkRequest request;
  private final ForkOrigin origin;
  private final List<ForkPart> parts = new ArrayList<>();
  private final Map<Long, Integer> indices = new HashMap<>();

  private ForkPlan(RecordedSession recorded, long at, ForkRequest request) {
    this.recorded = recorded;
    this.request = request;
    this.origin = new ForkOrigin(recorded.id(), at);
  }

  /**
   * Plans a fork.
   *
   * @param at the last event of the session that counts
   */
  public static Outcome of(RecordedSession recorded, long at, ForkRequest request, Topics topics) {
    if (recorded.event(at).isEmpty()) {
      return new Outcome.Impossible(
          "of session %s events %d to %d are kept, there is no event %d"
              .formatted(
                  recorded.id(),
                  recorded.events().getFirst().getSequence(),
                  recorded.events().getLast().getSequence(),
                  at));
    }
    Replay.Reached reached = Replay.upTo(recorded, at, topics);
    return switch (reached.outcome()) {
      case Replay.Outcome.Same _ -> new ForkPlan(recorded, at, request).from(reached.state());
      case Replay.Outcome.Different(long sequence, String field, String _, String _) ->
          new Outcome.Impossible(
              ("this release would have decided otherwise at event %d (%s), so it can't tell"
                      + " where the session stood; fork at an earlier event")
                  .formatted(sequence, field));
      case Replay.Outcome.Incomplete(long sequence, String missing) ->
          new Outcome.Impossible(
              "event %d can't be repeated: %s is no longer kept".formatted(sequence, missing));
    };
  }

  private Outcome from(SessionState state) {
    List<ForkEntry> transcript = new ArrayList<>();
    long lastReply = 0;
    for (Entry entry : state.session().transcript().entriesFrom(0)) {
      transcript.add(
          switch (entry) {
            case Entry.UserText(long sequence) -> said(sequence);
            case Entry.ModelTurn(long sequence) -> said(sequence);
            case Entry.ToolResults(List<AnsweredCall> calls) ->
                new ForkEntry(
                    null,
                    calls.stream()
                        .map(call -> answer(call.providerCallId(), call.answer()))
                        .toList());
          });
      lastReply = entry instanceof Entry.ModelTurn(long sequence) ? sequence : lastReply;
    }
    if (transcript.isEmpty()) {
      return new Outcome.Impossible(
          "nothing had been said in session %s at event %d"
              .formatted(recorded.id(), origin.getSequence()));
    }
    List<ForkCall> calls = openCalls(state, lastReply);
    Optional<Task> task = task(state);
    if (task.isEmpty() && request.changes()) {
      return new Outcome.Impossible(
          ("no task was under way in session %s at event %d, so nothing would go on differently;"
                  + " name an event at which one was, or fork without a change and submit a task")
              .formatted(recorded.id(), origin.getSequence()));
    }
    add(
        new ForkStart(
            parts.size(),
            task.orElse(null),
            request.model().orElse(null),
            request.systemPrompt().orElse(null),
            transcript,
            calls,
            Fork.turns(state),
            Forks.usage(Fork.Used.of(state))));
    return new Outcome.Ready(
        parts,
        recorded.event(origin.getSequence()).orElseThrow(),
        Fork.stepsDone(state),
        Waiting.outstanding(state).stream().map(Effect::id).collect(Collectors.toUnmodifiableSet()),
        task);
  }

  private List<ForkCall> openCalls(SessionState state, long lastReply) {
    if (!(state instanceof AwaitingTools tools) || tools.run().agent().mode() == Mode.PIPELINE) {
      return List.of();
    }
    var requested = ((ModelReply) input(lastReply)).getCalls();
    List<ForkCall> calls = new ArrayList<>();
    for (OpenCall call : tools.calls()) {
      @Nullable ForkAnswer answer =
          call.progress() instanceof Done done
              ? answer(call.providerCallId(), done.answer())
              : null;
      calls.add(new ForkCall(requested.get(call.index()), answer));
    }
    return calls;
  }

  private Optional<Task> task(SessionState state) {
    if (!(state instanceof Running running)) {
      return Optional.empty();
    }
    Task original = taskAt(running.run().sequence());
    Map<String, String> metadata = new LinkedHashMap<>(original.getMetadata());
    metadata.put(FORKED_FROM, origin.getSessionId() + "@" + origin.getSequence());
    boolean sameAgent = request.agent().isEmpty();
    return Optional.of(
        Task.newBuilder(original)
            .setTaskId(request.taskId())
            .setSessionId(request.sessionId())
            .setAgent(request.agent().orElse(original.getAgent()))
            .setAgentVersion(
                request
                    .agentVersion()
                    .or(() -> sameAgent ? Optional.of(pinnedVersion(running)) : Optional.empty())
                    .orElse(null))
            .setLimits(limits(original.getLimits()))
            .setMetadata(metadata)
            .setParent(null)
            .build());
  }

  private @Nullable Limits limits(@Nullable Limits original) {
    if (request.limits().isEmpty() || original == null) {
      return request.limits().orElse(original);
    }
    Limits asked = request.limits().get();
    Limits limits = Limits.newBuilder(original).build();
    for (Schema.Field field : Limits.getClassSchema().getFields()) {
      Object wanted = asked.get(field.pos());
      if (wanted != null && !Map.of().equals(wanted)) {
        limits.put(field.pos(), wanted);
      }
    }
    return limits;
  }

  /** A fork of a fork may have been pinned to a version that only exists there. */
  private static String pinnedVersion(Running running) {
    return running.run().agent().version().replaceFirst("(\\+fork)+$", "");
  }

  private Task taskAt(long sequence) {
    return switch (input(sequence)) {
      case Task task -> task;
      case ForkStart start when start.getTask() != null -> start.getTask();
      default -> throw new IllegalStateException("event " + sequence + " brought no task");
    };
  }

  private ForkEntry said(long sequence) {
    return new ForkEntry(part(sequence), List.of());
  }

  private ForkAnswer answer(String providerCallId, Answer answer) {
    return switch (answer) {
      case Answer.Logged(long sequence) -> Forks.answer(providerCallId, part(sequence), null);
      case Answer.Said(var error) -> Forks.answer(providerCallId, null, error);
    };
  }

  /** The index of the part that holds an input; the part is made if there is none yet. */
  private int part(long sequence) {
    Integer known = indices.get(sequence);
    if (known != null) {
      return known;
    }
    int index = parts.size();
    indices.put(sequence, index);
    add(input(sequence));
    return index;
  }

  private void add(Object part) {
    parts.add(new ForkPart(request.sessionId(), parts.size(), origin, part));
  }

  /** What was applied at an event; of a session that is a fork itself, what it was at first. */
  private Object input(long sequence) {
    SessionEvent event = recorded.event(sequence).orElseThrow();
    Object input = recorded.inputs().get(event.getInput());
    if (input == null) {
      throw new IllegalStateException("event " + sequence + " has no input");
    }
    return input instanceof ForkPart part ? part.getPart() : input;
  }
}
