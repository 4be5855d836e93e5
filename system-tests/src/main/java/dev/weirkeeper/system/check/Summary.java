package dev.weirkeeper.system.check;

import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a dump holds, in numbers.
 *
 * @param ends how many tasks ended in each way
 * @param counts everything else, by name
 */
public record Summary(Map<String, Long> ends, Map<String, Long> counts) {

  /** The numbers of a dump. */
  public static Summary of(Dump dump) {
    History history = new History(dump);
    Map<String, Long> ends = new TreeMap<>();
    Set<String> ended = new HashSet<>();
    for (Said<TaskResult> result : history.all(TaskResult.class)) {
      if (ended.add(result.value().getSessionId() + " " + result.value().getTaskId())) {
        ends.merge(result.value().getStatus().name().toLowerCase(Locale.ROOT), 1L, Long::sum);
      }
    }
    Set<String> called = new HashSet<>();
    history.all(ToolCall.class).forEach(call -> called.add(call.value().getCallId()));
    Set<String> unknown = unknown(history);
    long redelivered = 0;
    long journalled = 0;
    for (Said<ToolResult> said : history.all(ToolResult.class)) {
      ToolResult result = said.value();
      redelivered += result.getDeliveryCount() > 1 ? 1 : 0;
      journalled += result.getFromJournal() ? 1 : 0;
    }
    Map<String, Long> unsettled = new HashMap<>();
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        for (LedgerLine line : event.getLedger()) {
          if (line.getKind() == LedgerKind.UNSETTLED) {
            unsettled.merge(line.getCallId(), line.getAmountNanoUsd(), Long::sum);
          }
        }
      }
    }
    Set<String> replied = new HashSet<>();
    history.all(ModelReply.class).forEach(reply -> replied.add(reply.value().getCallId()));
    Map<String, Long> counts = new TreeMap<>();
    counts.put("records", (long) dump.records().size());
    counts.put(
        "aborted records", dump.records().stream().filter(record -> !record.committed()).count());
    counts.put("sessions", (long) history.eventRecords().size());
    counts.put("tool calls", (long) called.size());
    counts.put("results of redelivered calls", redelivered);
    counts.put("results from the journal", journalled);
    counts.put("calls with outcome unknown", (long) unknown.size());
    counts.put("effects", (long) dump.effects().size());
    counts.put("model calls answered", (long) replied.size());
    counts.put("charged requests", (long) dump.charges().size());
    counts.put("unsettled model calls", unsettled.values().stream().filter(sum -> sum > 0).count());
    counts.put("dead letters", (long) history.deadLetters().size());
    return new Summary(ends, counts);
  }

  /** Calls that were answered with {@code outcome_unknown}. */
  public static List<String> callsWithUnknownOutcome(Dump dump) {
    return List.copyOf(unknown(new History(dump)));
  }

  private static Set<String> unknown(History history) {
    Set<String> unknown = new TreeSet<>();
    for (Said<ToolResult> result : history.all(ToolResult.class)) {
      ToolError error = result.value().getError();
      if (error != null && error.getCode() == ToolErrorCode.OUTCOME_UNKNOWN) {
        unknown.add(result.value().getCallId());
      }
    }
    return unknown;
  }
}
