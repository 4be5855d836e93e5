package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.RecordDigest;
import dev.weirkeeper.audit.store.JsonBytes;
import dev.weirkeeper.audit.store.MergeTable.Row;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.SessionEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which rows a session event becomes: its own, its ledger lines, and what it says about its
 * session, its task and their calls.
 */
final class EventRows {
  private static final String CLOSE_CALL = "CloseCall";
  private static final String CALL_TIMER = "call:";
  private static final String APPROVAL_TIMER = "approval:";
  private static final String TIMED_OUT = "timeout";

  private static final long MILLIS_PER_DAY = 86_400_000L;

  private final Tables tables;
  private final JsonBytes json;

  /**
   * @param json to write with; nothing of it is kept
   */
  EventRows(Tables tables, JsonBytes json) {
    this.tables = tables;
    this.json = json;
  }

  /**
   * Adds the rows of an event, unless the session's newest event comes after it.
   *
   * @param newest event of each session that was stored or added before; kept up here
   */
  void add(Arrival arrival, SessionEvent event, Map<String, Long> newest) {
    Long last = newest.get(event.getSessionId());
    if (last != null && event.getSequence() <= last) {
      return;
    }
    newest.put(event.getSessionId(), event.getSequence());
    ConsumerRecord<byte[], byte[]> raw = arrival.raw();
    int day = day(RecordDigest.time(raw.timestamp()));
    eventRow(arrival, event, day);
    Row session =
        tables
            .sessions
            .table
            .row(event.getSessionId())
            .set(
                tables.sessions.latest,
                event.getSequence(),
                event.getState(),
                event.getTaskId(),
                event.getHash());
    boolean named = !event.getAgent().isEmpty();
    if (named) {
      session.set(
          tables.sessions.who,
          event.getSequence(),
          event.getTenant(),
          event.getAgent(),
          event.getAgentVersion());
    }
    @Nullable Row task = null;
    if (!event.getTaskId().isEmpty()) {
      task =
          tables
              .tasks
              .table
              .row(event.getSessionId(), event.getTaskId())
              .set(tables.tasks.first, event.getSequence(), event.getAt())
              .set(
                  tables.tasks.latest,
                  event.getSequence(),
                  event.getState(),
                  event.getSteps(),
                  event.getTokens(),
                  event.getAt());
      if (named) {
        task.set(
            tables.tasks.who,
            event.getSequence(),
            event.getTenant(),
            event.getAgent(),
            event.getAgentVersion());
      }
    }
    closed(event);
    List<LedgerLine> lines = event.getLedger();
    for (int i = 0; i < lines.size(); i++) {
      line(arrival, event, day, i, lines.get(i), session, task);
    }
  }

  /** Calls that the planner answered itself. */
  private void closed(SessionEvent event) {
    for (EffectSummary effect : event.getEffects()) {
      if (effect.getKind().equals(CLOSE_CALL)) {
        closed(event, effect.getId(), effect.getDetail());
      }
    }
    String timer = event.getTimer();
    if (timer != null && timer.startsWith(CALL_TIMER)) {
      closed(event, timer.substring(CALL_TIMER.length()), TIMED_OUT);
    } else if (timer != null && timer.startsWith(APPROVAL_TIMER)) {
      closed(event, timer.substring(APPROVAL_TIMER.length()), TIMED_OUT);
    }
  }

  private void closed(SessionEvent event, String call, String how) {
    if (call.length() <= Admission.MAX_NAME && call.indexOf('\0') < 0) {
      tables
          .toolCalls
          .row(call, event.getSessionId(), event.getTaskId())
          .set(tables.toolCalls.closed, how, event.getAt());
    }
  }

  private void eventRow(Arrival arrival, SessionEvent event, int day) {
    json.clear();
    json.put('[');
    for (EffectSummary effect : event.getEffects()) {
      RecordJson.write(effect, json.next());
    }
    json.put(']');
    var input = event.getInput();
    var left = event.getLeft();
    tables
        .events
        .row()
        .date(day)
        .text(event.getSessionId())
        .int8(event.getSequence())
        .text(event.getTaskId())
        .text(event.getTenant())
        .text(event.getAgent())
        .text(event.getAgentVersion())
        .text(event.getType())
        .text(event.getPhase().name())
        .int4(event.getTurn())
        .text(event.getState())
        .text(event.getReason())
        .textOrNull(input == null ? null : input.getTopic())
        .int4OrNull(input == null ? null : input.getPartition())
        .int8OrNull(input == null ? null : input.getOffset())
        .text(event.getInputHash())
        .textOrNull(event.getTimer())
        .jsonb(json.view())
        .int4OrNull(left.getSteps())
        .int8OrNull(left.getTokens())
        .int8OrNull(left.getCostNanoUsd())
        .int8OrNull(left.getDurationMs())
        .int8(event.getSpentNanoUsd())
        .int4(event.getSteps())
        .int8(event.getTokens())
        .textOrNull(event.getPinsDigest())
        .timestamp(event.getAt())
        .text(event.getPreviousHash())
        .text(event.getHash())
        .int2(arrival.topicId())
        .int4(arrival.raw().partition())
        .int8(arrival.raw().offset());
  }

  private void line(
      Arrival arrival,
      SessionEvent event,
      int day,
      int place,
      LedgerLine line,
      Row session,
      @Nullable Row task) {
    tables
        .ledger
        .row()
        .date(day)
        .text(event.getSessionId())
        .int8(event.getSequence())
        .int4(place)
        .text(event.getTaskId())
        .text(line.getCallId())
        .text(line.getKind().name().toLowerCase(Locale.ROOT))
        .int8(line.getAmountNanoUsd())
        .text(line.getModel())
        .text(line.getPriceBook())
        .text(event.getTenant())
        .text(event.getAgent())
        .text(event.getAgentVersion())
        .timestamp(event.getAt())
        .int2(arrival.topicId())
        .int4(arrival.raw().partition())
        .int8(arrival.raw().offset());
    Row call =
        tables
            .modelCalls
            .row(line.getCallId(), event.getSessionId(), event.getTaskId())
            .set(
                tables.modelCalls.counted,
                event.getAt().truncatedTo(ChronoUnit.HOURS),
                event.getTenant(),
                event.getAgent(),
                event.getAgentVersion(),
                line.getModel(),
                line.getPriceBook());
    add(call, tables.modelCalls.money, line);
    add(session, tables.sessions.money, line);
    if (task != null) {
      add(task, tables.tasks.money, line);
    }
  }

  private static void add(Row row, Tables.Money money, LedgerLine line) {
    row.add(
        switch (line.getKind()) {
          case RESERVED -> money.reserved();
          case SETTLED -> money.settled();
          case RELEASED -> money.released();
          case UNSETTLED -> money.unsettled();
        },
        line.getAmountNanoUsd());
  }

  /** Days since 1970 began, in UTC. */
  static int day(Instant at) {
    return (int) Math.floorDiv(at.toEpochMilli(), MILLIS_PER_DAY);
  }
}
