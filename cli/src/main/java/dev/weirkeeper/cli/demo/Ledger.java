package dev.weirkeeper.cli.demo;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The bill of tasks as the audit store has it. */
public final class Ledger {

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final String BILL =
      """
      SELECT t.task_id, t.session_id, coalesce(t.status, 'running') AS status,
             coalesce(t.model_calls, 0) AS model_calls,
             (SELECT count(*) FROM tool_call c
               WHERE c.session_id = t.session_id AND c.task_id = t.task_id) AS tool_calls,
             coalesce(t.uncached_input + t.cache_write_5m + t.cache_write_1h + t.cache_read, 0)
               AS input,
             coalesce(t.output, 0) AS output,
             t.reserved_nano_usd, t.settled_nano_usd, t.released_nano_usd, t.unsettled_nano_usd
        FROM task t
       WHERE t.task_id = ANY (?) AND t.results > 0
       ORDER BY t.task_id
      """;

  private final Database database;

  /** Reads from an audit store, which stays the caller's to close. */
  public Ledger(Database database) {
    this.database = database;
  }

  /** The bill of one task; money in billionths of a US dollar. */
  public record Line(
      String taskId,
      String sessionId,
      String status,
      int modelCalls,
      int toolCalls,
      long inputTokens,
      long outputTokens,
      long reservedNanoUsd,
      long settledNanoUsd,
      long releasedNanoUsd,
      long unsettledNanoUsd) {

    /** True if every reserved amount has been accounted for. */
    public boolean balanced() {
      return reservedNanoUsd == settledNanoUsd + releasedNanoUsd + unsettledNanoUsd;
    }
  }

  /**
   * The lines of tasks that have ended, waiting for the audit sink to have taken them in.
   *
   * @return fewer lines than tasks if the time was not enough
   */
  public List<Line> of(Collection<String> taskIds, Duration patience)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    try (Connection connection = database.connection()) {
      while (true) {
        List<Line> lines = read(connection, taskIds);
        if (lines.size() == taskIds.size() || System.nanoTime() > deadline) {
          return lines;
        }
        Thread.sleep(LOOK);
      }
    }
  }

  /** The lines as a table with their sum. */
  public static String table(List<Line> lines) {
    Table table =
        new Table(
            "task",
            "status",
            "model calls",
            "tool calls",
            "tokens in",
            "tokens out",
            "reserved",
            "settled",
            "released",
            "unsettled");
    lines.forEach(line -> add(table, line));
    add(
        table,
        new Line(
            "all",
            "",
            "",
            lines.stream().mapToInt(Line::modelCalls).sum(),
            lines.stream().mapToInt(Line::toolCalls).sum(),
            lines.stream().mapToLong(Line::inputTokens).sum(),
            lines.stream().mapToLong(Line::outputTokens).sum(),
            lines.stream().mapToLong(Line::reservedNanoUsd).sum(),
            lines.stream().mapToLong(Line::settledNanoUsd).sum(),
            lines.stream().mapToLong(Line::releasedNanoUsd).sum(),
            lines.stream().mapToLong(Line::unsettledNanoUsd).sum()));
    return table.toString();
  }

  private static void add(Table table, Line line) {
    table.row(
        line.taskId(),
        line.status(),
        line.modelCalls(),
        line.toolCalls(),
        Amounts.count(line.inputTokens()),
        Amounts.count(line.outputTokens()),
        Amounts.dollars(line.reservedNanoUsd()),
        Amounts.dollars(line.settledNanoUsd()),
        Amounts.dollars(line.releasedNanoUsd()),
        Amounts.dollars(line.unsettledNanoUsd()));
  }

  private static List<Line> read(Connection connection, Collection<String> taskIds)
      throws SQLException {
    Array ids = connection.createArrayOf("text", taskIds.toArray());
    try (PreparedStatement statement = connection.prepareStatement(BILL)) {
      statement.setArray(1, ids);
      List<Line> lines = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          lines.add(
              new Line(
                  rows.getString("task_id"),
                  rows.getString("session_id"),
                  rows.getString("status"),
                  rows.getInt("model_calls"),
                  rows.getInt("tool_calls"),
                  rows.getLong("input"),
                  rows.getLong("output"),
                  rows.getLong("reserved_nano_usd"),
                  rows.getLong("settled_nano_usd"),
                  rows.getLong("released_nano_usd"),
                  rows.getLong("unsettled_nano_usd")));
        }
      }
      return lines;
    } finally {
      ids.free();
    }
  }
}
