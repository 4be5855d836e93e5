package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.operations.trace.TaskTrace;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.planner.edge.Inbound;
import dev.weirkeeper.planner.edge.InputReader;
import dev.weirkeeper.planner.edge.InputReader.Input;
import dev.weirkeeper.planner.edge.Pinned;
import dev.weirkeeper.planner.edge.Pinning;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Planner;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Waiting;
import dev.weirkeeper.schemas.topic.OwnerMark;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.ForkStart;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.JournalRecord;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.TimerFired;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Owns the sessions of one partition: reads an input, steps, journals, writes what was decided.
 *
 * <p>Every input goes through {@link #apply}, whether a record or a timer brought it. One stream
 * thread runs it; nothing in it waits.
 */
final class SessionProcessor implements Processor<byte[], byte[], byte[], Outgoing> {
  static final String JOURNAL = "journal";
  static final String SESSIONS = "sessions";
  static final String PINS = "pins";

  /** While sessions run, longest time between two looks at them. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /** Timers that are due closer together than this are looked at together. */
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(10);

  private static final Duration SWEEP = Duration.ofMinutes(10);
  private static final int STOPPED_AT_ONCE = 200;
  private static final int NAMED = 20;

  /** What a lost owner had not sent yet is younger than this. */
  private static final Duration LATELY = Duration.ofMinutes(10);

  /** Sorts before every session, like all that is no session's mark. */
  private static final String OWNER = "\u0000owner";

  private static final int EVENT_HASH = JournalRecord.getClassSchema().getField("event_hash").pos();

  private final Shell shell;
  private final InputReader reader;
  private final Inbound inbound = new Inbound(this::pinned);
  private final Pinning pinning;
  private final Alarms alarms = new Alarms();
  private final LiveSessions live;

  /** Model calls that an earlier owner may have made, by session. */
  private final Map<String, String> inherited = new HashMap<>();

  /** Sessions still to be looked at since a tenant was frozen. */
  private final Deque<String> toStop = new ArrayDeque<>();

  private Set<String> frozen = Set.of();

  /** Those of them whose record no earlier owner has committed as read: they may be new. */
  private final Map<String, ModelCall> readAgain = new HashMap<>();

  /** Sessions whose last words may not have reached their topics. */
  private final List<String> takenOver = new ArrayList<>();

  /** Calls that the owner before had under way when it gave up the partition, if it said so. */
  private Optional<Set<String>> handedOver = Optional.empty();

  /** This ownership of the partition: a planner may come back to one it had. */
  private final String ownership = UUID.randomUUID().toString();

  private int marksSeen;
  private boolean marked;
  private String previousOwner = "";

  /** When sessions are looked at next, if that has been arranged. */
  private @Nullable Instant lookAt;

  private @Nullable Cancellable look;

  private @Nullable ProcessorContext<byte[], Outgoing> context;
  private PlannerMetrics.@Nullable Partition counts;
  private @Nullable Journal journal;
  private @Nullable Remnants remnants;
  private @Nullable KeyValueStore<String, byte[]> sessions;
  private @Nullable KeptPins pins;
  private @Nullable IdleSessions idle;
  private @Nullable SessionOutput output;

  SessionProcessor(Shell shell) {
    this.shell = shell;
    this.reader =
        new InputReader(
            shell.topics(),
            shell.serde(),
            shell.partitions(),
            shell.approvers(),
            shell.redaction());
    this.pinning = new Pinning(shell.directory(), shell.prices());
    this.live = new LiveSessions(shell.sessionCacheBytes());
  }

  // Taking over and giving up a partition

  @Override
  public void init(ProcessorContext<byte[], Outgoing> opened) {
    context = opened;
    KeyValueStore<Bytes, byte[]> journalStore = opened.getStateStore(JOURNAL);
    Journal opening = new Journal(journalStore, shell.serde(), "planner-journal");
    journal = opening;
    KeyValueStore<String, byte[]> sessionStore = opened.getStateStore(SESSIONS);
    sessions = sessionStore;
    Remnants kept = new Remnants(sessionStore);
    remnants = kept;
    idle = new IdleSessions(sessionStore, opening, kept, live);
    KeptPins pinsHere =
        new KeptPins(opened.getStateStore(PINS), shell.topics().pins().name(), shell.serde());
    pins = pinsHere;
    output = new SessionOutput(opened, shell, pinsHere, opening);
    byte[] owner = sessionStore.get(OWNER);
    previousOwner = owner == null ? "" : new String(owner, StandardCharsets.UTF_8);
    PlannerMetrics.Partition counting = shell.metrics().partition();
    counts = counting;
    if (shell.atLeastOnce()) {
      noteLately(sessionStore);
    }
    for (String id : openSessions()) {
      LiveSession session = session(id);
      counting.found(session.state);
      settle(session);
      if (session.state instanceof AwaitingModel waiting) {
        inherited.put(id, waiting.call().id());
      }
    }
    look = opened.schedule(SHORTEST_WAIT, PunctuationType.WALL_CLOCK_TIME, _ -> tick());
    opened.schedule(SWEEP, PunctuationType.WALL_CLOCK_TIME, _ -> sweep());
  }

  /**
   * Calls under way go on after this: their replies reach the next owner through the topic, and it
   * is told which they are, so that it need not wait for any other.
   */
  @Override
  public void close() {
    live.clear();
    if (counts != null) {
      counts.close();
    }
    ProcessorContext<byte[], Outgoing> closing = context;
    if (closing != null && marked) {
      shell.desk().handOver(closing.taskId().partition());
    }
  }

  /** Before anything else is written: what comes after the marks is this owner's. */
  private void begin() {
    if (marked) {
      return;
    }
    marked = true;
    Objects.requireNonNull(sessions).put(OWNER, shell.instance().getBytes(StandardCharsets.UTF_8));
    mark(shell.topics().modelCalls().name());
    mark(shell.topics().modelReplies().name());
    takenOver.forEach(this::tellAgainWhatTimersDid);
    takenOver.clear();
  }

  private void tick() {
    Objects.requireNonNull(look).cancel();
    look = null;
    lookAt = null;
    begin();
    stopFrozen();
    Objects.requireNonNull(idle).forgetSome(oldest(), this::session);
    Instant now = shell.clock().instant();
    for (String id : alarms.due(now)) {
      LiveSession session = session(id);
      if (session.running()) {
        fire(session, now);
      }
      settle(session);
    }
    arrangeLook();
  }

  /**
   * Has sessions looked at when the next alarm is due, and soon if more are to be stopped or
   * forgotten. A look is asked for rather than taken all the time: Kafka Streams commits after
   * each, whether or not there was anything to do, and a planner without running sessions is to be
   * at rest.
   */
  private void arrangeLook() {
    Instant now = shell.clock().instant();
    boolean more = !toStop.isEmpty() || Objects.requireNonNull(idle).any();
    Optional<Instant> next = more ? Optional.of(now) : alarms.next();
    if (next.isEmpty() || (lookAt != null && !next.get().isBefore(lookAt))) {
      return;
    }
    if (look != null) {
      look.cancel();
    }
    Duration wait = Duration.between(now, next.get());
    wait = wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
    wait = wait.compareTo(LOOK_AGAIN) > 0 ? LOOK_AGAIN : wait;
    lookAt = now.plus(wait);
    look =
        Objects.requireNonNull(context)
            .schedule(wait, PunctuationType.WALL_CLOCK_TIME, _ -> tick());
  }

  /** Nothing of a frozen tenant goes on: of its sessions, those that run are ended. */
  private void stopFrozen() {
    Set<String> now = shell.directory().frozen();
    if (!now.equals(frozen)) {
      if (!frozen.containsAll(now)) {
        toStop.addAll(openSessions());
      }
      frozen = now;
    }
    for (int i = 0; i < STOPPED_AT_ONCE && !toStop.isEmpty(); i++) {
      LiveSession session = session(toStop.remove());
      stopIfFrozen(session);
      settle(session);
    }
  }

  /** Whether the session's task has just been ended. */
  private boolean stopIfFrozen(LiveSession session) {
    if (session.state instanceof Running running
        && shell.directory().frozen(running.run().task().tenant())) {
      timer(session, new Timer.TenantFrozen());
      return true;
    }
    return false;
  }

  private List<String> openSessions() {
    List<String> open = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = SessionMark.all(Objects.requireNonNull(sessions))) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        if (SessionMark.open(one.value)) {
          open.add(one.key);
        }
      }
    }
    return open;
  }

  private void fire(LiveSession session, Instant now) {
    if (stopIfFrozen(session)) {
      return;
    }
    String lost = inherited.get(session.id);
    if (lost != null
        && marksSeen == 2
        && session.state instanceof AwaitingModel waiting
        && waiting.call().id().equals(lost)
        && !shell.desk().started(lost)) {
      inherited.remove(session.id);
      timer(session, new Timer.ModelCallLost(lost));
      return;
    }
    Optional<Waiting.Alarm> next = Waiting.next(session.state);
    if (next.isPresent() && !next.get().at().isAfter(now)) {
      timer(session, next.get().timer());
    }
  }

  private void timer(LiveSession session, Timer timer) {
    TimerFired fired = new TimerFired(Inbound.Timers.text(timer));
    apply(session, fired, null, new RecordHeaders(), null, null);
  }

  /** Remembers the sessions that an owner before may have been in the middle of. */
  private void noteLately(KeyValueStore<String, byte[]> index) {
    Instant recently = shell.clock().instant().minus(LATELY);
    try (KeyValueIterator<String, byte[]> all = SessionMark.all(index)) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        if (SessionMark.open(one.value) || SessionMark.at(one.value).isAfter(recently)) {
          takenOver.add(one.key);
        }
      }
    }
  }

  private void mark(String topic) {
    ProcessorContext<byte[], Outgoing> out = Objects.requireNonNull(context);
    Outgoing mark = new Outgoing(topic, null, Optional.of(out.taskId().partition()));
    out.forward(
        new Record<byte @Nullable [], Outgoing>(
            null, mark, out.currentSystemTimeMs(), OwnerMark.headers(ownership)));
  }

  /**
   * Everything before the marks has been read. A call that is still open and that the owner before
   * neither had under way nor had committed as read was never made, if that owner said what it had
   * under way; it is made now. Every other was made, or may have been: by a run of this very
   * planner, which is gone and can't answer, or by another, which may still be at it.
   */
  private void seenAllBefore() {
    boolean gone = previousOwner.isEmpty() || previousOwner.equals(shell.instance());
    Instant when = shell.clock().instant().plus(gone ? Duration.ZERO : shell.grace());
    for (Map.Entry<String, String> call : List.copyOf(inherited.entrySet())) {
      ModelCall unmade = readAgain.get(call.getKey());
      if (unmade != null
          && unmade.getCallId().equals(call.getValue())
          && handedOver.filter(underWay -> !underWay.contains(call.getValue())).isPresent()) {
        inherited.remove(call.getKey());
        callModel(session(call.getKey()), unmade);
      } else {
        alarms.by(when, call.getKey());
      }
    }
    readAgain.clear();
    arrangeLook();
  }

  private void sweep() {
    Objects.requireNonNull(idle).find(oldest());
    arrangeLook();
  }

  /** Sessions that have been idle since before it are forgotten. */
  private Instant oldest() {
    return shell.clock().instant().minus(shell.retention());
  }

  // Inputs

  @Override
  public void process(Record<byte[], byte[]> record) {
    ProcessorContext<byte[], Outgoing> in = Objects.requireNonNull(context);
    RecordMetadata origin = in.recordMetadata().orElseThrow();
    begin();
    Optional<String> mark = OwnerMark.run(record.headers());
    if (mark.isPresent()) {
      if (!mark.get().equals(ownership)) {
        // Somebody had the partition after whoever handed it over.
        handedOver = Optional.empty();
      } else if (++marksSeen == 2) {
        seenAllBefore();
      }
      return;
    }
    Optional<Set<String>> underWay = OwnerMark.handedOver(record.headers());
    if (underWay.isPresent()) {
      handedOver = underWay;
      return;
    }
    Input input =
        reader.read(
            origin.topic(), origin.partition(), record.key(), record.value(), record.headers());
    switch (input) {
      case Input.Unreadable(String reason) -> DeadLetters.forward(in, shell, record, reason);
      case Input.Misrouted(String sessionId) ->
          in.forward(
              new Record<>(
                  sessionId.getBytes(StandardCharsets.UTF_8),
                  Outgoing.of(origin.topic(), record.value()),
                  record.timestamp(),
                  record.headers()));
      case Input.Good(String sessionId, SpecificRecord value, Optional<String> refusal) -> {
        FailPoint.reached("planner.input-read");
        InputRef ref = new InputRef(origin.topic(), origin.partition(), origin.offset());
        take(session(sessionId), value, ref, record.headers(), refusal);
        FailPoint.reached("planner.decided");
      }
    }
  }

  private void take(
      LiveSession session,
      SpecificRecord value,
      InputRef ref,
      Headers headers,
      Optional<String> refusal) {
    stopIfFrozen(session);
    switch (value) {
      case ModelCall call -> callModel(session, call);
      case Task task -> apply(session, task, ref, headers, task, null);
      case ForkPart part when part.getPart() instanceof ForkStart start ->
          apply(session, part, ref, headers, start.getTask(), null);
      case ApprovalDecision decision ->
          apply(
              session,
              inbound.checked(session.state, decision),
              ref,
              headers,
              null,
              refusal.orElse(null));
      default -> apply(session, value, ref, headers, null, null);
    }
    settle(session);
    arrangeLook();
  }

  /**
   * The call is in the log now, so it may be made: by whoever owns the session, once. Mostly it has
   * been: {@link OnceLogged} tells sooner than the record comes back.
   */
  private void callModel(LiveSession session, ModelCall call) {
    if (!(session.state instanceof AwaitingModel waiting)
        || !waiting.call().id().equals(call.getCallId())
        || shell.desk().started(call.getCallId())) {
      return;
    }
    if (call.getCallId().equals(inherited.get(session.id))) {
      // The owner before may have made it and died before it could commit that it had read this.
      readAgain.put(session.id, call);
      return;
    }
    shell
        .desk()
        .start(
            call,
            output().prompt(session, waiting.call(), call),
            output().trace(session, call.getTaskId(), session.state).headers());
  }

  // The one way through

  private void apply(
      LiveSession session,
      SpecificRecord input,
      @Nullable InputRef ref,
      Headers headers,
      @Nullable Task task,
      @Nullable String refusal) {
    Instant now = shell.clock().instant();
    Instant last = session.state.session().at();
    Instant at = now.isBefore(last) ? last : Instant.ofEpochMilli(now.toEpochMilli());
    Optional<Pinned> pins = Optional.empty();
    @Nullable String unservable = null;
    boolean governed = false;
    if (task != null) {
      pins = pin(task, input, at);
      unservable = unservable(task, pins);
      governed =
          shell
              .directory()
              .tenant(task.getTenant())
              .map(TenantDefinition::getMaxCostPerDayNanoUsd)
              .isPresent();
      if (unservable == null) {
        pins.ifPresent(this::keep);
      }
    }
    TaskTrace arrived =
        task == null
            ? TaskTrace.NONE
            : shell.spans().tracing().accept(headers, session.id, task.getTaskId());
    JournalRecord record =
        new JournalRecord(
            session.state.session().sequence() + 1,
            at,
            unservable == null ? pins.map(p -> p.pins().getDigest()).orElse(null) : null,
            governed,
            unservable,
            "",
            ref,
            input,
            arrived.own().map(TraceContext::traceparent).orElse(null),
            arrived.caller().map(TraceContext::traceparent).orElse(null),
            arrived.own().map(TraceContext::state).filter(s -> !s.isEmpty()).orElse(null),
            refusal);
    dev.weirkeeper.planner.session.SessionEvent event = inbound.event(record);
    SessionState before = session.state;
    boolean wasRunning = session.running();
    Decision decision = Planner.step(session.state, event);
    Objects.requireNonNull(counts).decided(before, decision);
    if (decision.kind() != Decision.Kind.REPEATED) {
      SessionEvent told = output().event(session, decision, event, record, task);
      record.put(EVENT_HASH, told.getHash());
      Objects.requireNonNull(journal).append(session.id, record);
      FailPoint.reached("planner.journalled");
      session.state = decision.next();
      session.lastHash = told.getHash();
      if (wasRunning != session.running()
          || task != null
          || session.beginsWith(record.getSequence())) {
        remember(session);
      }
      TaskTrace trace = task != null ? arrived : output().trace(session, told.getTaskId(), before);
      output().tell(session, told, trace);
      output().spans(session, before, decision, input, headers);
      output().effects(session, before, decision.effects());
    } else {
      remember(session);
      if (ref != null) {
        tellAgain(session, repeated -> ref.equals(repeated.getInputRef()));
      }
    }
  }

  // Telling again

  /**
   * Under at-least-once what is written before a commit may reach its topics in part: the journal's
   * changelog may have a record whose event, or what it led to, is lost. The input is read again
   * then, and found in the journal: its event is written once more, word by word, with those of the
   * timers before it, which nothing brings back, and with all that follow, and so are their
   * effects. Model calls have a way of their own: they may have been made.
   *
   * @param first which record of the journal it begins with
   */
  private void tellAgain(LiveSession session, Predicate<JournalRecord> first) {
    if (!shell.atLeastOnce()) {
      return;
    }
    long from = Long.MAX_VALUE;
    long timersFrom = 0;
    List<JournalRecord> records = new ArrayList<>();
    Objects.requireNonNull(journal).replay(session.id, session.forgotten.sequence(), records::add);
    for (JournalRecord record : records) {
      if (first.test(record)) {
        from = timersFrom > 0 ? timersFrom : record.getSequence();
        break;
      }
      timersFrom =
          record.getInputRef() != null ? 0 : timersFrom > 0 ? timersFrom : record.getSequence();
    }
    LiveSession again = Objects.requireNonNull(remnants).begin(session.id);
    for (JournalRecord record : records) {
      SessionState before = again.state;
      dev.weirkeeper.planner.session.SessionEvent event = inbound.event(record);
      Decision decision = Planner.step(before, event);
      if (record.getSequence() >= from) {
        Task task = Inbound.task(record.getInput()).orElse(null);
        SessionEvent told = output().event(again, decision, event, record, task);
        again.state = decision.next();
        if (told.getHash().equals(record.getEventHash())) {
          output().tell(again, told, output().trace(again, told.getTaskId(), before));
        }
        output()
            .effects(
                again,
                before,
                decision.effects().stream()
                    .filter(effect -> !(effect instanceof Effect.CallModel))
                    .toList());
      }
      again.state = decision.next();
      again.lastHash = record.getEventHash();
    }
  }

  /**
   * What a timer led to may be lost in the same way, and no input brings it back: whoever takes a
   * session over whose last record is a timer's tells it again.
   */
  private void tellAgainWhatTimersDid(String id) {
    LiveSession session = session(id);
    long last = session.state.session().sequence();
    if (last > 0 && Objects.requireNonNull(journal).read(id, last).getInputRef() == null) {
      tellAgain(session, record -> record.getSequence() == last);
    }
  }

  // Pins

  private KeptPins pins() {
    return Objects.requireNonNull(pins);
  }

  private Pinned pinned(String digest) {
    return pins().of(digest);
  }

  private void keep(Pinned ofTask) {
    if (pins().keep(ofTask)) {
      String digest = ofTask.pins().getDigest();
      output().write(shell.topics().pins().name(), digest, ofTask.pins(), new RecordHeaders());
    }
  }

  private Optional<Pinned> pin(Task task, SpecificRecord input, Instant at) {
    Optional<Pinned> pins = pinning.pin(task.getAgent(), task.getAgentVersion(), at);
    return input instanceof ForkPart part && part.getPart() instanceof ForkStart start
        ? pins.map(of -> pinning.otherwise(of, start.getModel(), start.getSystemPrompt(), at))
        : pins;
  }

  private @Nullable String unservable(Task task, Optional<Pinned> pins) {
    String agent = task.getAgent();
    if (pins.isEmpty()) {
      List<String> versions = shell.directory().versionsOf(agent);
      return versions.isEmpty()
          ? "no agent is named %s; known agents: %s"
              .formatted(agent, few(shell.directory().agentNames()))
          : "agent %s has no version %s; kept versions: %s"
              .formatted(agent, task.getAgentVersion(), few(versions));
    }
    int bytes = pins().length(pins.get());
    if (bytes > shell.maxRecordBytes()) {
      return "agent %s and its %d tools are %d bytes long and a record holds %d: allow it fewer tools"
          .formatted(agent, pins.get().pins().getTools().size(), bytes, shell.maxRecordBytes());
    }
    if (shell.directory().tenant(task.getTenant()).map(TenantDefinition::getFrozen).orElse(false)) {
      return "tenant %s is frozen".formatted(task.getTenant());
    }
    return null;
  }

  /** Names for a message, not so many that it could not be read. */
  private static String few(List<String> names) {
    return names.size() <= NAMED
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, NAMED))
            + " and %d more".formatted(names.size() - NAMED);
  }

  private SessionOutput output() {
    return Objects.requireNonNull(output);
  }

  // Sessions in memory

  private LiveSession session(String id) {
    LiveSession session = live.get(id);
    if (session == null) {
      session = Objects.requireNonNull(remnants).begin(id);
      LiveSession folding = session;
      Objects.requireNonNull(journal)
          .replay(
              id,
              session.forgotten.sequence(),
              record -> {
                folding.state = Planner.step(folding.state, inbound.event(record)).next();
                folding.lastHash = record.getEventHash();
              });
      live.keep(session);
    }
    return session;
  }

  /** Arranges for what a session waits for, or lets go of it if it waits for nothing. */
  private void settle(LiveSession session) {
    if (session.state instanceof Idle) {
      alarms.forget(session.id);
      live.drop(session.id);
    } else {
      Waiting.next(session.state).ifPresent(next -> alarms.by(next.at(), session.id));
      live.keep(session);
    }
  }

  private void remember(LiveSession session) {
    Objects.requireNonNull(sessions)
        .put(session.id, SessionMark.bytes(session.running(), session.state.session().at()));
  }
}
