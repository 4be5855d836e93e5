package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Planner;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionEvent.TimerFired;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Waiting;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A planner at work on one partition: what the shell does around the core, in small. It reads,
 * steps, journals, sends; it commits when it is told to.
 */
final class Owner {
  /** How long a call of a planner that went away may still be answered. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  /** No commit is further back than this when a planner dies. */
  static final Duration COMMITTED_WITHIN = Duration.ofSeconds(2);

  /** A decision as the event topic tells it. */
  record Told(long sequence, Instant at, Decision decision) {}

  /** The first record that a new owner writes; when it comes back, all before it has been read. */
  private record Mark(Owner owner) {}

  /** What was sent and may not have arrived. */
  private sealed interface Sent {
    record Journaled(String session, SessionEvent event) implements Sent {}

    record Written(Topic topic, String session, Object value) implements Sent {}
  }

  private final World world;
  final Partition partition;
  final PlannerProcess process;
  private final boolean otherPlanner;
  private final boolean afterCrash;
  private final Map<String, SessionState> live = new LinkedHashMap<>();
  private final Map<String, Set<String>> applied = new HashMap<>();
  private final Map<Topic, Integer> positions = new EnumMap<>(Topic.class);
  private final List<Sent> sent = new ArrayList<>();
  private final Map<String, String> inherited = new HashMap<>();
  private final Set<String> maybeMade = new HashSet<>();
  private boolean callMarkSeen;
  private int marksSeen;
  private Instant lostAt = Instant.MAX;

  Owner(World world, Partition partition, PlannerProcess process) {
    this.world = world;
    this.partition = partition;
    this.process = process;
    this.otherPlanner = !partition.lastOwner.isEmpty() && !partition.lastOwner.equals(process.name);
    this.afterCrash = !partition.leftInPeace;
    partition.lastOwner = process.name;
    partition.leftInPeace = false;
    positions.putAll(partition.positions);
    partition.journals.forEach(this::fold);
    if (afterCrash && !world.exactlyOnce) {
      tellAgain();
    }
    for (SessionState state : live.values()) {
      if (state instanceof AwaitingModel waiting) {
        inherited.put(state.session().id(), waiting.call().id());
      }
    }
    send(new Sent.Written(Topic.MODEL_CALLS, "", new Mark(this)));
    send(new Sent.Written(Topic.MODEL_REPLIES, "", new Mark(this)));
  }

  private void fold(String session, List<SessionEvent> journal) {
    SessionState state = SessionState.initial(session);
    Set<String> ids = new HashSet<>();
    for (SessionEvent event : journal) {
      state = Planner.step(state, event).next();
      ids.add(Invariants.id(event));
    }
    live.put(session, state);
    applied.put(session, ids);
  }

  /** Of the decisions that were journaled lately it is not known whether they were told. */
  private void tellAgain() {
    Instant newest = Instant.EPOCH;
    for (SessionState state : live.values()) {
      newest = state.session().at().isAfter(newest) ? state.session().at() : newest;
    }
    Instant from = newest.minus(COMMITTED_WITHIN);
    partition.journals.forEach(
        (session, journal) -> {
          SessionState state = SessionState.initial(session);
          for (SessionEvent event : journal) {
            Decision decision = Planner.step(state, event);
            state = decision.next();
            if (!state.session().at().isBefore(from)) {
              tell(session, decision);
              // Whether a model call was made nobody knows, so it is not made again under its id.
              emit(session, decision.effects().stream().filter(Owner::mayBeDoneAgain).toList());
            }
          }
        });
  }

  private static boolean mayBeDoneAgain(Effect effect) {
    return !(effect instanceof CallModel);
  }

  // Reading

  /** Topics that have something to read. */
  List<Topic> readable() {
    List<Topic> topics = new ArrayList<>();
    for (Topic topic : Topic.SESSION_INPUTS) {
      if (partition.log.readable(topic, positions.getOrDefault(topic, 0), world.now)) {
        topics.add(topic);
      }
    }
    return topics;
  }

  void read(Topic topic) {
    int position = positions.merge(topic, 1, Integer::sum) - 1;
    Log.Entry entry = partition.log.of(topic).get(position);
    stopIfFrozen(entry.session());
    switch (entry.value()) {
      case Mark mark when mark.owner == this -> {
        callMarkSeen |= topic == Topic.MODEL_CALLS;
        if (++marksSeen == 2) {
          lostAt = otherPlanner ? process.time().plus(GRACE) : process.time();
        }
      }
      case Mark _ -> {}
      case CallModel call -> callModel(entry.session(), call);
      case Input input -> apply(entry.session(), input.at(process.time()), input.id());
      default -> throw new IllegalStateException("nobody writes " + entry.value());
    }
  }

  /** It is in the log now. Whether an earlier owner that died has made it, nobody knows. */
  private void callModel(String session, CallModel call) {
    boolean fromBefore = !callMarkSeen && afterCrash;
    if (fromBefore) {
      maybeMade.add(call.id());
    }
    if (!(state(session) instanceof AwaitingModel waiting)
        || !waiting.call().id().equals(call.id())) {
      return;
    }
    if (maybeMade.contains(call.id())
        || (callMarkSeen && call.id().equals(inherited.get(session)))) {
      inherited.put(session, call.id());
      return;
    }
    inherited.remove(session);
    process.call(this, session, waiting.call());
  }

  private SessionState state(String session) {
    return live.computeIfAbsent(session, SessionState::initial);
  }

  // Time

  /** Fires what is due. */
  void tick() {
    Instant now = process.time();
    for (String session : List.copyOf(live.keySet())) {
      if (stopIfFrozen(session) || !(state(session) instanceof Running running)) {
        continue;
      }
      String lost = inherited.get(session);
      if (lost != null
          && marksSeen == 2
          && !now.isBefore(lostAt)
          && running instanceof AwaitingModel waiting
          && waiting.call().id().equals(lost)
          && !process.made(lost)) {
        inherited.remove(session);
        fire(session, new Timer.ModelCallLost(lost));
        continue;
      }
      Optional<Waiting.Alarm> next = Waiting.next(running);
      if (next.isPresent() && !now.isBefore(next.get().at())) {
        fire(session, next.get().timer());
      }
    }
  }

  /** When something will be due next, by the planner's own clock. */
  Optional<Instant> nextAlarm() {
    Optional<Instant> next = Optional.empty();
    for (SessionState state : live.values()) {
      String inheritedCall = inherited.get(state.session().id());
      boolean lost =
          inheritedCall != null
              && state instanceof AwaitingModel waiting
              && waiting.call().id().equals(inheritedCall)
              && !process.made(inheritedCall);
      Optional<Instant> at =
          lost && marksSeen == 2 ? Optional.of(lostAt) : Waiting.next(state).map(Waiting.Alarm::at);
      if (at.isPresent() && (next.isEmpty() || at.get().isBefore(next.get()))) {
        next = at;
      }
    }
    return next;
  }

  private boolean stopIfFrozen(String session) {
    if (live.get(session) instanceof Running running
        && world.frozen.contains(running.run().task().tenant())) {
      fire(session, new Timer.TenantFrozen());
      return true;
    }
    return false;
  }

  private void fire(String session, Timer timer) {
    apply(session, new TimerFired(process.time(), timer), "");
  }

  // Deciding

  private void apply(String session, SessionEvent event, String id) {
    SessionState before = state(session);
    Decision decision = Planner.step(before, event);
    world.decided(decision);
    world.invariants.decided(
        before, event, decision, id, applied.computeIfAbsent(session, _ -> new HashSet<>()));
    if (decision.kind() != Decision.Kind.REPEATED) {
      send(new Sent.Journaled(session, event));
      live.put(session, decision.next());
      applied.get(session).add(Invariants.id(event));
      tell(session, decision);
    }
    emit(session, decision.effects());
  }

  private void tell(String session, Decision decision) {
    Told told =
        new Told(decision.next().session().sequence(), decision.next().session().at(), decision);
    send(new Sent.Written(Topic.EVENTS, session, told));
  }

  private void emit(String session, List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case CallModel call -> write(Topic.MODEL_CALLS, session, call);
        case Effect.AbandonModel abandon -> process.abandon(abandon.id());
        case Effect.CallTool call -> write(Topic.TOOL_CALLS, session, call);
        case Effect.StartAgent start ->
            write(Topic.TASKS, start.id(), new Input.Submitted(world.subTask(start)));
        case Effect.CancelAgent cancel ->
            write(
                Topic.CONTROLS,
                cancel.id(),
                new Input.Control("cancel", cancel.id() + "/cancel", Optional.of(cancel.id())));
        case Effect.AskPerson ask -> write(Topic.APPROVAL_REQUESTS, session, ask);
        case Effect.RequestBudget ask -> write(Topic.BUDGET_REQUESTS, session, ask);
        case Effect.ReturnBudget back -> write(Topic.BUDGET_REQUESTS, session, back);
        case Effect.PublishResult result -> {
          write(Topic.RESULTS, session, result);
          world
              .parentOf(result.id())
              .ifPresent(
                  parent ->
                      write(
                          Topic.TOOL_RESULTS,
                          parent,
                          new Input.Completed(
                              result.id(),
                              result.status() != Effect.Status.COMPLETE,
                              result.spent().total(),
                              result.spent().totalUnsettled(),
                              result.spent().usage(),
                              result.spent().steps())));
        }
        case Effect.RaiseAlert alert -> write(Topic.ALERTS, session, alert);
      }
    }
  }

  // Sending

  private void write(Topic topic, String session, Object value) {
    send(new Sent.Written(topic, session, value));
  }

  private void send(Sent one) {
    sent.add(one);
  }

  /** Under at-least-once what was sent arrives when it likes, in the order it was sent. */
  void someArrives(int count) {
    int arriving = Math.min(count, sent.size());
    List<Sent> first = sent.subList(0, arriving);
    first.forEach(this::arrive);
    first.clear();
  }

  boolean waitsToArrive() {
    return !sent.isEmpty();
  }

  private void arrive(Sent one) {
    switch (one) {
      case Sent.Journaled(String session, SessionEvent event) -> {
        partition.append(session, event);
        world.invariants.journaled(session, event);
      }
      case Sent.Written(Topic topic, String session, Object value) ->
          world.write(topic, session, value, partition);
    }
  }

  /** All that was sent is there, and so is how far was read. */
  void commit() {
    someArrives(sent.size());
    partition.positions.putAll(positions);
  }

  /** Gives the partition up in peace. */
  void close() {
    commit();
    // Who has not read what was left in disorder leaves it in disorder.
    partition.leftInPeace = callMarkSeen || !afterCrash;
  }

  /** The end of a planner that was killed: what did not arrive never will. */
  void die() {
    if (!world.exactlyOnce) {
      someArrives(world.chance.below(sent.size() + 1));
    }
    sent.clear();
  }

  SessionState stateOf(String session) {
    return state(session);
  }

  Set<String> sessions() {
    return live.keySet();
  }
}
