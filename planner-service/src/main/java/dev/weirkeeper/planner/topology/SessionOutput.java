package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.trace.TaskTrace;
import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.edge.Outbound;
import dev.weirkeeper.planner.edge.Outbound.Addressed;
import dev.weirkeeper.planner.edge.Outbound.Sender;
import dev.weirkeeper.planner.edge.Pinned;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Remnant;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.JournalRecord;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Tells the world what was decided for a session: the event, and what each effect asks of others,
 * as records on their topics.
 */
final class SessionOutput {
  private static final int HASH = SessionEvent.getClassSchema().getField("hash").pos();

  private final ProcessorContext<byte[], Outgoing> context;
  private final Shell shell;
  private final KeptPins pins;
  private final Journal journal;
  private final Transcripts transcripts;
  private final TaskTraces traces;
  private final Outbound outbound;
  private final AvroSerializer<SpecificRecord> writer;

  SessionOutput(
      ProcessorContext<byte[], Outgoing> context, Shell shell, KeptPins pins, Journal journal) {
    this.context = context;
    this.shell = shell;
    this.pins = pins;
    this.journal = journal;
    this.transcripts = new Transcripts(journal);
    this.traces = new TaskTraces(journal);
    this.outbound = new Outbound(shell.topics(), shell.auditUrl());
    this.writer = new AvroSerializer<>(shell.serde());
  }

  // Events

  /**
   * The event that tells of a decision.
   *
   * @param session as it was before
   * @param task the task that the input brought, if it did
   */
  SessionEvent event(
      LiveSession session,
      Decision decision,
      dev.weirkeeper.planner.session.SessionEvent event,
      JournalRecord record,
      @Nullable Task task) {
    String priceBook =
        session.state instanceof Running running
            ? pins.of(running.run().task().agent().digest()).pins().getPriceBook()
            : shell.prices().version();
    SessionEvent told =
        outbound.event(
            Outbound.type(event),
            decision,
            record,
            session.lastHash,
            session.beginsWith(record.getSequence()) ? session.forgotten : Remnant.NONE,
            priceBook,
            task != null ? task.getTaskId() : taskId(session.state),
            task != null ? task.getTenant() : "");
    told.put(HASH, EventHash.of(told));
    return told;
  }

  private static String taskId(SessionState state) {
    return state instanceof Running running ? running.run().task().id() : "";
  }

  /** Writes an event. */
  void tell(LiveSession session, SessionEvent told, TaskTrace trace) {
    write(shell.topics().events().name(), session.id, told, trace.headers());
  }

  // Effects

  /** Writes what effects lead to. A model call is made once its record is in the log to stay. */
  void effects(LiveSession session, SessionState before, List<Effect> effects) {
    if (effects.isEmpty()) {
      return;
    }
    int partition = context.taskId().partition();
    Sender sender =
        new Sender(
            session.id,
            partition,
            pins::of,
            sequence -> transcripts.task(session.id, sequence),
            sequence -> {
              InputRef ref = journal.read(session.id, sequence).getInputRef();
              return ref == null ? -1L : ref.getOffset();
            },
            () -> subject(session));
    for (Effect effect : effects) {
      if (effect instanceof Effect.AbandonModel abandon) {
        shell.desk().abandon(abandon.id());
      }
      Headers headers = traces.headers(session, before, effect);
      for (Addressed addressed : outbound.records(effect, sender)) {
        Runnable write =
            () -> write(addressed.topic(), addressed.key(), addressed.value(), headers);
        if (effect instanceof Effect.CallModel asked
            && addressed.value() instanceof ModelCall call) {
          ModelDesk desk = shell.desk();
          desk.prepare(call, prompt(session, asked, call), headers, partition);
          OnceLogged.send(write, () -> desk.startPrepared(call.getCallId()));
        } else {
          write.run();
        }
      }
    }
  }

  /** What a model is asked. */
  Prompt prompt(LiveSession session, Effect.CallModel effect, ModelCall call) {
    Pinned pinned = pins.of(effect.agent().digest());
    Prompt prompt =
        effect
            .prompt()
            .map(own -> Transcripts.single(pinned.pins(), own, call.getModel()))
            .orElseGet(
                () -> Prompt.of(pinned.pins(), transcripts.fragments(session, call.getModel())));
    return effect.agent().mode() == Mode.LOOP ? prompt : prompt.withoutTools();
  }

  /** Whom the running task is about. */
  private Optional<String> subject(LiveSession session) {
    return session.state instanceof Running running
        ? Optional.ofNullable(transcripts.task(session.id, running.run().sequence()).getSubject())
        : Optional.empty();
  }

  // Records

  /** Writes one record. */
  void write(String topic, String key, SpecificRecord value, Headers headers) {
    byte[] bytes = Objects.requireNonNull(writer.serialize(topic, value));
    if (bytes.length > shell.maxRecordBytes()) {
      bytes = Objects.requireNonNull(writer.serialize(topic, shorter(value, bytes.length)));
    }
    context.forward(
        new Record<>(
            key.getBytes(StandardCharsets.UTF_8),
            Outgoing.of(topic, bytes),
            context.currentSystemTimeMs(),
            headers));
  }

  /** Streams would drop a record that is too long without a word. */
  private SpecificRecord shorter(SpecificRecord value, int length) {
    if (value instanceof TaskResult result) {
      String text = result.getText();
      int kept = Math.min(text.length(), shell.maxRecordBytes() / 8);
      return TaskResult.newBuilder(result)
          .setText(text.substring(0, kept))
          .setWhy(
              result.getWhy()
                  + " (the text was cut from %d characters; the audit log has the whole)"
                      .formatted(text.length()))
          .setMetadata(Map.of())
          .build();
    }
    throw new IllegalStateException(
        "a %s of %d bytes is longer than %d bytes; raise planner.max-record"
            .formatted(value.getSchema().getName(), length, shell.maxRecordBytes()));
  }

  // Traces

  /** The headers of a task's trace. */
  TaskTrace trace(LiveSession session, String taskId, SessionState before) {
    return traces.of(session, taskId, before);
  }

  /** Reports the spans that a decision ended. */
  void spans(
      LiveSession session,
      SessionState before,
      Decision decision,
      SpecificRecord input,
      Headers headers) {
    Spans spans = shell.spans();
    if (!spans.tracing().on()) {
      return;
    }
    if (before instanceof AwaitingTools waited) {
      TaskTrace trace = traces.of(session, waited.run().sequence());
      spans.moved(waited, session.state, trace, input, headers);
    }
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.PublishResult result) {
        spans.ended(session.id, traces.of(session, result.firstSequence()), result);
      }
    }
  }
}
