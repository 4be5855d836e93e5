package dev.weirkeeper.system.bench;

import dev.weirkeeper.audit.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the audit store says about the sessions of a run: whether it has all of them, what they cost
 * and where their time went. The last comes from times that the records carry anyway, to the
 * millisecond.
 */
final class Books {

  private static final Duration LOOK = Duration.ofMillis(20);

  /** Binds the ids of a run's sessions: those that begin with its prefix, in the order of bytes. */
  private static final String OURS = "session_id >= ? AND session_id < ?";

  private final Database store;
  private final String first;
  private final String end;

  /**
   * @param prefix of the sessions' ids; ends with a dash
   */
  Books(Database store, String prefix) {
    this.store = store;
    this.first = prefix;
    this.end = prefix.substring(0, prefix.length() - 1) + (char) ('-' + 1);
  }

  /**
   * What was counted.
   *
   * @param records on all topics
   * @param modelCalls answered without an error
   * @param toolCalls likewise
   * @param open ledger lines that are not settled to the last nano-dollar
   * @param input tokens of all classes
   */
  record Ledger(
      long records,
      long results,
      long modelCalls,
      long toolCalls,
      long open,
      long input,
      long output,
      long settledNanoUsd) {}

  /** Waits until every task has its result and as many records are stored as there must be. */
  void await(long tasks, long records, Duration patience)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    try (Connection connection = store.connection()) {
      // The count of records is the dearer one.
      while (number(
                  connection,
                  "SELECT count(*) FROM task WHERE " + OURS + " AND result_offset IS NOT NULL")
              < tasks
          || number(connection, "SELECT count(*) FROM log WHERE " + OURS) < records) {
        if (System.nanoTime() > deadline) {
          return;
        }
        Thread.sleep(LOOK);
      }
    }
  }

  Ledger ledger() throws SQLException {
    try (Connection connection = store.connection()) {
      return new Ledger(
          number(connection, "SELECT count(*) FROM log WHERE " + OURS),
          number(connection, "SELECT coalesce(sum(results), 0) FROM task WHERE " + OURS),
          number(connection, "SELECT count(*) FROM model_call WHERE outcome = 'ok' AND " + OURS),
          number(connection, "SELECT count(*) FROM tool_call WHERE outcome = 'ok' AND " + OURS),
          number(
              connection,
              "SELECT count(*) FROM model_call WHERE reserved_nano_usd <> settled_nano_usd +"
                  + " released_nano_usd AND "
                  + OURS),
          number(
              connection,
              "SELECT coalesce(sum(uncached_input + cache_write_5m + cache_write_1h + cache_read),"
                  + " 0) FROM model_call WHERE "
                  + OURS),
          number(connection, "SELECT coalesce(sum(output), 0) FROM model_call WHERE " + OURS),
          number(
              connection,
              "SELECT coalesce(sum(settled_nano_usd), 0) FROM model_call WHERE " + OURS));
    }
  }

  /** Milliseconds from one event of a session to the next, which is what a step took. */
  BenchReport.Latency steps() throws SQLException {
    return steps(1, Long.MAX_VALUE);
  }

  /**
   * The same of some steps of each session.
   *
   * @param after the event before the first of them
   * @param to the event of the last
   */
  BenchReport.Latency steps(long after, long to) throws SQLException {
    String sql =
        "SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY took), 0),"
            + " coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY took), 0),"
            + " coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY took), 0),"
            + " coalesce(avg(took), 0)"
            + " FROM (SELECT sequence, 1000 * extract(epoch FROM at - lag(at) OVER (PARTITION BY"
            + " session_id ORDER BY sequence))::float8 AS took FROM session_event WHERE "
            + OURS
            + ") AS step WHERE sequence > "
            + after
            + " AND sequence <= "
            + to;
    try (Connection connection = store.connection();
        PreparedStatement select = bound(connection, sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return new BenchReport.Latency(
          BenchReport.rounded(row.getDouble(1)),
          BenchReport.rounded(row.getDouble(2)),
          BenchReport.rounded(row.getDouble(3)),
          BenchReport.rounded(row.getDouble(4)));
    }
  }

  /** Mean milliseconds of the parts of a step, in the order they come. */
  Map<String, Map<String, Double>> parts() throws SQLException {
    Map<String, Map<String, Double>> parts = new LinkedHashMap<>();
    parts.put(
        "model_step",
        means(
            "model_call",
            "requested_at",
            "reply",
            Map.of(
                "1 commit and way to the model desk", "started_at - requested_at",
                "2 HTTP exchange", "duration_ms * interval '1 ms'",
                "3 reply written and read back",
                    "event.at - started_at - duration_ms * interval" + " '1 ms'")));
    parts.put(
        "tool_step",
        means(
            "tool_call",
            "requested_at",
            "result",
            Map.of(
                "1 commit and way to the executor", "started_at - requested_at",
                "2 tool", "duration_ms * interval '1 ms'",
                "3 result written and read",
                    "event.at - started_at - duration_ms * interval '1" + " ms'")));
    return parts;
  }

  private Map<String, Double> means(
      String table, String since, String input, Map<String, String> parts) throws SQLException {
    Map<String, Double> means = new java.util.TreeMap<>();
    for (Map.Entry<String, String> part : parts.entrySet()) {
      String sql =
          "SELECT coalesce(1000 * extract(epoch FROM avg("
              + part.getValue()
              + ")), 0)::float8 FROM "
              + table
              + " AS call JOIN session_event AS event USING (session_id) WHERE"
              + " event.input_partition = call."
              + input
              + "_partition AND event.input_offset = call."
              + input
              + "_offset AND event.input_topic = (SELECT name FROM topic WHERE topic_id = call."
              + input
              + "_topic_id) AND "
              + since
              + " IS NOT NULL AND "
              + OURS;
      try (Connection connection = store.connection();
          PreparedStatement select = bound(connection, sql);
          ResultSet row = select.executeQuery()) {
        row.next();
        means.put(part.getKey(), BenchReport.rounded(row.getDouble(1)));
      }
    }
    return means;
  }

  private long number(Connection connection, String sql) throws SQLException {
    try (PreparedStatement select = bound(connection, sql);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private PreparedStatement bound(Connection connection, String sql) throws SQLException {
    PreparedStatement select = connection.prepareStatement(sql);
    select.setString(1, first);
    select.setString(2, end);
    return select;
  }
}
