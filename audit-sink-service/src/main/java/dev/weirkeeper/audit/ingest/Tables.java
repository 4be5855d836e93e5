package dev.weirkeeper.audit.ingest;

import static dev.weirkeeper.audit.store.MergeTable.Kind.BOOL;
import static dev.weirkeeper.audit.store.MergeTable.Kind.INT2;
import static dev.weirkeeper.audit.store.MergeTable.Kind.INT4;
import static dev.weirkeeper.audit.store.MergeTable.Kind.INT8;
import static dev.weirkeeper.audit.store.MergeTable.Kind.JSONB;
import static dev.weirkeeper.audit.store.MergeTable.Kind.TEXT;
import static dev.weirkeeper.audit.store.MergeTable.Kind.TEXTS;
import static dev.weirkeeper.audit.store.MergeTable.Kind.TIMESTAMP;

import dev.weirkeeper.audit.ledger.CostRollup;
import dev.weirkeeper.audit.store.CopyRows;
import dev.weirkeeper.audit.store.MergeTable;
import dev.weirkeeper.audit.store.MergeTable.Column;
import dev.weirkeeper.audit.store.MergeTable.Extreme;
import dev.weirkeeper.audit.store.MergeTable.Group;
import dev.weirkeeper.audit.store.MergeTable.Kind;
import dev.weirkeeper.audit.store.MergeTable.Row;
import dev.weirkeeper.audit.store.MergeTable.Sum;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one batch, table by table. Tables that hold one row per record are copied into; those
 * that are told piece by piece are merged into. They are sent in one fixed order, and rows in the
 * order of their keys, so that instances that write at once wait for each other and never deadlock.
 *
 * <p>Not thread-safe: one per member.
 */
final class Tables {

  /** The five amounts of a ledger. */
  record Money(Sum reserved, Sum settled, Sum released, Sum unsettled, Sum adjusted) {

    static Money of(MergeTable.Builder table) {
      return new Money(
          table.sum("reserved_nano_usd"),
          table.sum("settled_nano_usd"),
          table.sum("released_nano_usd"),
          table.sum("unsettled_nano_usd"),
          table.sum("adjusted_nano_usd"));
    }
  }

  final CopyRows log =
      new CopyRows(
          "log",
          List.of(
              "day",
              "topic_id",
              "partition",
              "record_offset",
              "at",
              "type",
              "key",
              "session_id",
              "task_id",
              "call_id",
              "headers",
              "value",
              "payload",
              "digest",
              "withheld"));

  final CopyRows events =
      new CopyRows(
          "session_event",
          List.of(
              "day",
              "session_id",
              "sequence",
              "task_id",
              "tenant",
              "agent",
              "agent_version",
              "type",
              "phase",
              "turn",
              "state",
              "reason",
              "input_topic",
              "input_partition",
              "input_offset",
              "input_hash",
              "timer",
              "effects",
              "left_steps",
              "left_tokens",
              "left_nano_usd",
              "left_duration_ms",
              "spent_nano_usd",
              "steps",
              "tokens",
              "pins_digest",
              "at",
              "previous_hash",
              "hash",
              "topic_id",
              "partition",
              "record_offset"));

  final CopyRows ledger =
      new CopyRows(
          "ledger_entry",
          List.of(
              "day",
              "session_id",
              "sequence",
              "line",
              "task_id",
              "call_id",
              "kind",
              "amount_nano_usd",
              "model",
              "price_book",
              "tenant",
              "agent",
              "agent_version",
              "at",
              "topic_id",
              "partition",
              "record_offset"));

  final CopyRows decisions =
      new CopyRows(
          "approval_decision",
          List.of(
              "topic_id",
              "partition",
              "record_offset",
              "at",
              "decision_id",
              "call_id",
              "session_id",
              "arguments_hash",
              "verdict",
              "arguments",
              "text",
              "decided_by",
              "decided_at",
              "signed"));

  /** Sessions, as far as their events and tasks tell. */
  static final class Sessions {
    final Extreme firstAt;
    final Extreme lastAt;
    final Group latest;
    final Group who;
    final Group subject;
    final Group parent;
    final Group ended;
    final Money money;
    final MergeTable table;

    Sessions() {
      MergeTable.Builder builder = MergeTable.of("session").key(text("session_id"));
      firstAt = builder.least("first_at");
      lastAt = builder.greatest("last_at");
      latest = builder.newest(int8("last_sequence"), texts("state", "task_id", "last_hash"));
      who = builder.newest(int8("who_sequence"), texts("tenant", "agent", "agent_version"));
      subject = builder.once(text("subject"));
      parent = builder.once(text("parent_session_id"));
      ended = builder.newest(int8("result_offset"), texts("last_status"));
      money = Money.of(builder);
      table = builder.build();
    }
  }

  /** Tasks: as asked, as their events tell, as they ended. */
  static final class Tasks {
    final Group asked;
    final Group first;
    final Group who;
    final Group latest;
    final Group result;
    final Sum results;
    final Money money;
    final MergeTable table;

    Tasks() {
      MergeTable.Builder builder = MergeTable.of("task").key(text("session_id"), text("task_id"));
      asked =
          builder.once(
              int8("task_offset"),
              join(
                  columns(INT2, "task_topic_id"),
                  columns(INT4, "task_partition"),
                  texts("asked_tenant", "asked_agent", "subject", "text"),
                  columns(JSONB, "metadata"),
                  texts("parent_session_id", "parent_task_id", "parent_call_id"),
                  columns(TIMESTAMP, "submitted_at", "asked_at")));
      first = builder.once(int8("first_sequence"), columns(TIMESTAMP, "first_event_at"));
      who = builder.newest(int8("who_sequence"), texts("tenant", "agent", "agent_version"));
      latest =
          builder.newest(
              int8("last_sequence"),
              join(
                  texts("state"),
                  columns(INT4, "steps"),
                  columns(INT8, "tokens"),
                  columns(TIMESTAMP, "last_event_at")));
      result =
          builder.once(
              int8("result_offset"),
              join(
                  columns(INT2, "result_topic_id"),
                  columns(INT4, "result_partition"),
                  texts("status", "why", "result"),
                  columns(INT4, "result_steps", "model_calls"),
                  columns(JSONB, "tool_calls"),
                  columns(
                      INT8,
                      "uncached_input",
                      "cache_write_5m",
                      "cache_write_1h",
                      "cache_read",
                      "output",
                      "reasoning_output",
                      "result_nano_usd",
                      "result_unsettled_nano_usd"),
                  texts("model"),
                  columns(TIMESTAMP, "accepted_at", "ended_at")));
      results = builder.sum("results");
      money = Money.of(builder);
      table = builder.build();
    }
  }

  /** Model calls: as asked, as answered, as paid. */
  static final class ModelCalls {
    final Group name;
    final Group asked;
    final Group reply;
    final Group counted;
    final Money money;
    final MergeTable table;

    ModelCalls() {
      MergeTable.Builder builder = MergeTable.of("model_call").key(text("call_id"));
      name =
          builder.once(
              text("session_id"), join(texts("task_id"), columns(INT4, "turn", "attempt")));
      asked =
          builder.once(
              int8("call_offset"),
              join(
                  columns(INT2, "call_topic_id"),
                  columns(INT4, "call_partition"),
                  texts("provider", "asked_model", "base_url", "request_hash"),
                  columns(INT8, "input_tokens_bound", "max_output_tokens"),
                  columns(INT4, "messages"),
                  columns(TIMESTAMP, "requested_at")));
      reply =
          builder.once(
              int8("reply_offset"),
              join(
                  columns(INT2, "reply_topic_id"),
                  columns(INT4, "reply_partition"),
                  texts("model", "outcome", "error"),
                  columns(INT4, "http_status"),
                  texts("stop_reason", "raw_stop_reason"),
                  columns(
                      INT8,
                      "uncached_input",
                      "cache_write_5m",
                      "cache_write_1h",
                      "cache_read",
                      "output",
                      "reasoning_output"),
                  columns(BOOL, "usage_reported"),
                  texts("raw_usage"),
                  columns(INT8, "cost_nano_usd"),
                  texts("reply_price_book"),
                  columns(BOOL, "fallback_price"),
                  texts("provider_request_id"),
                  columns(INT4, "http_attempts"),
                  columns(TIMESTAMP, "started_at"),
                  columns(INT8, "first_token_ms", "duration_ms"),
                  columns(TEXTS, "tools")));
      counted =
          builder.once(
              new Column("hour", TIMESTAMP),
              texts("tenant", "agent", "agent_version", "ledger_model", "price_book"));
      money = Money.of(builder);
      table = builder.build();
    }

    /** The row of a call, with what its id and whoever speaks of it say about where it belongs. */
    Row row(String id, String session, String task) {
      return call(table, name, id, CallName.ofModel(id), session, task);
    }
  }

  /** Tool calls: as the model asked, as sent, as answered. */
  static final class ToolCalls {
    final Group name;
    final Group tool;
    final Group wanted;
    final Group sent;
    final Group result;
    final Group closed;
    final MergeTable table;

    ToolCalls() {
      MergeTable.Builder builder = MergeTable.of("tool_call").key(text("call_id"));
      name =
          builder.once(text("session_id"), join(texts("task_id"), columns(INT4, "turn", "index")));
      tool = builder.once(text("tool"));
      wanted =
          builder.once(
              int8("ask_offset"),
              join(
                  columns(INT2, "ask_topic_id"),
                  columns(INT4, "ask_partition"),
                  texts("asked_arguments", "problem"),
                  columns(TIMESTAMP, "asked_at")));
      sent =
          builder.once(
              int8("call_offset"),
              join(
                  columns(INT2, "call_topic_id"),
                  columns(INT4, "call_partition", "attempt"),
                  texts("tool_version", "arguments", "arguments_hash"),
                  columns(TIMESTAMP, "deadline"),
                  texts("rule", "decided_by", "decision_id", "agent", "tenant"),
                  columns(TIMESTAMP, "requested_at")));
      result =
          builder.once(
              int8("result_offset"),
              join(
                  columns(INT2, "result_topic_id"),
                  columns(INT4, "result_partition"),
                  texts("outcome", "error", "preview"),
                  columns(INT8, "full_bytes"),
                  texts("handle"),
                  columns(INT4, "tries", "delivery_count"),
                  columns(BOOL, "from_journal"),
                  texts("executor"),
                  columns(TIMESTAMP, "started_at"),
                  columns(INT8, "duration_ms", "cost_nano_usd"),
                  columns(INT4, "steps")));
      closed = builder.once(text("closed"), columns(TIMESTAMP, "closed_at"));
      table = builder.build();
    }

    /** The row of a call, with what its id and whoever speaks of it say about where it belongs. */
    Row row(String id, String session, String task) {
      return call(table, name, id, CallName.ofTool(id), session, task);
    }

    /** The same, where the tool is known. */
    Row row(String id, String session, String task, String ofTool) {
      return row(id, session, task).set(tool, ofTool);
    }
  }

  /** Approval requests. */
  static final class Approvals {
    final Group request;
    final MergeTable table;

    Approvals() {
      MergeTable.Builder builder = MergeTable.of("approval").key(text("call_id"));
      request =
          builder.once(
              int8("record_offset"),
              join(
                  columns(INT2, "topic_id"),
                  columns(INT4, "partition"),
                  texts(
                      "session_id",
                      "task_id",
                      "kind",
                      "tool",
                      "arguments",
                      "arguments_hash",
                      "rule",
                      "agent",
                      "tenant",
                      "question"),
                  columns(INT8, "spent_nano_usd"),
                  columns(TIMESTAMP, "requested_at", "expires_at")));
      table = builder.build();
    }
  }

  /** Alerts. */
  static final class Alerts {
    final Group raised;
    final MergeTable table;

    Alerts() {
      MergeTable.Builder builder = MergeTable.of("alert").key(text("alert_id"));
      raised =
          builder.once(
              int8("record_offset"),
              join(
                  columns(INT2, "topic_id"),
                  columns(INT4, "partition"),
                  texts("kind", "session_id", "task_id", "tenant", "agent"),
                  columns(INT8, "threshold", "value"),
                  texts("message"),
                  columns(TIMESTAMP, "at")));
      table = builder.build();
    }
  }

  /** Corrections of the ledger. */
  static final class Adjustments {
    final Group made;
    final MergeTable table;

    Adjustments() {
      MergeTable.Builder builder = MergeTable.of("ledger_adjustment").key(text("adjustment_id"));
      made =
          builder.once(
              int8("record_offset"),
              join(
                  columns(INT2, "topic_id"),
                  columns(INT4, "partition"),
                  texts("session_id", "task_id", "call_id"),
                  columns(INT8, "amount_nano_usd"),
                  texts("price_book", "reason", "decided_by"),
                  columns(TIMESTAMP, "at")));
      table = builder.build();
    }
  }

  /** Merkle roots. */
  static final class Roots {
    final Group root;
    final MergeTable table;

    Roots() {
      MergeTable.Builder builder =
          MergeTable.of("audit_root")
              .key(
                  text("topic"),
                  text("kafka_id"),
                  new Column("partition", INT4),
                  int8("from_offset"),
                  int8("to_offset"));
      root =
          builder.once(
              int8("record_offset"),
              join(
                  columns(INT2, "topic_id"),
                  columns(INT4, "root_partition"),
                  columns(INT8, "records"),
                  texts("root"),
                  columns(TIMESTAMP, "at")));
      table = builder.build();
    }
  }

  /** Dead letters: as found here, as copied by whoever gave the record up. */
  static final class DeadLetters {
    final Group found;
    final Group copy;
    final MergeTable table;

    DeadLetters() {
      MergeTable.Builder builder =
          MergeTable.of("dead_letter")
              .key(
                  text("origin_topic"),
                  new Column("origin_partition", INT4),
                  int8("origin_offset"));
      found = builder.once(text("reason"), columns(TIMESTAMP, "at"));
      copy =
          builder.once(
              int8("record_offset"),
              join(
                  columns(INT2, "topic_id"),
                  columns(INT4, "partition"),
                  texts("reported_reason", "reported_by"),
                  columns(TIMESTAMP, "reported_at")));
      table = builder.build();
    }
  }

  /** Definitions, every version. */
  static final class Definitions {
    final Group newest;
    final MergeTable table;

    Definitions() {
      MergeTable.Builder builder =
          MergeTable.of("definition").key(texts("kind", "name", "version"));
      newest =
          builder.newest(
              int8("record_offset"),
              join(
                  columns(INT2, "topic_id"),
                  columns(INT4, "partition"),
                  columns(JSONB, "payload"),
                  columns(TIMESTAMP, "at")));
      table = builder.build();
    }
  }

  final Sessions sessions = new Sessions();
  final Tasks tasks = new Tasks();
  final ModelCalls modelCalls = new ModelCalls();
  final ToolCalls toolCalls = new ToolCalls();
  final Approvals approvals = new Approvals();
  final Alerts alerts = new Alerts();
  final Adjustments adjustments = new Adjustments();
  final Roots roots = new Roots();
  final DeadLetters deadLetters = new DeadLetters();
  final Definitions definitions = new Definitions();

  private final List<CopyRows> copied = List.of(log, events, ledger, decisions);

  /** In the order in which they are sent. Money that all share comes last, to be held shortest. */
  private final List<MergeTable> merged =
      List.of(
          sessions.table,
          tasks.table,
          toolCalls.table,
          approvals.table,
          alerts.table,
          adjustments.table,
          roots.table,
          deadLetters.table,
          definitions.table,
          modelCalls.table);

  /** Forgets all rows. */
  void clear() {
    copied.forEach(CopyRows::clear);
    merged.forEach(MergeTable::clear);
  }

  /** Writes all rows in the connection's transaction. */
  void send(Connection connection) throws SQLException {
    for (CopyRows table : copied) {
      table.send(connection);
    }
    for (MergeTable table : merged) {
      if (table == modelCalls.table) {
        CostRollup.send(connection, table);
      } else {
        table.send(connection);
      }
    }
  }

  private static Row call(
      MergeTable table,
      Group name,
      String id,
      Optional<CallName> called,
      String session,
      String task) {
    return table
        .row(id)
        .set(
            name,
            called.map(CallName::session).orElse(session),
            task,
            called.map(CallName::turn).orElse(null),
            called.map(CallName::last).orElse(null));
  }

  private static Column text(String name) {
    return new Column(name, TEXT);
  }

  private static Column int8(String name) {
    return new Column(name, INT8);
  }

  private static Column[] texts(String... names) {
    return columns(TEXT, names);
  }

  private static Column[] columns(Kind kind, String... names) {
    return MergeTable.columns(kind, names);
  }

  private static Column[] join(Column[]... parts) {
    return java.util.stream.Stream.of(parts)
        .flatMap(java.util.stream.Stream::of)
        .toArray(Column[]::new);
  }

  /** Values for {@link MergeTable.Row#set}, which takes them as they come. */
  static @Nullable Object[] values(@Nullable Object... values) {
    return values;
  }
}
