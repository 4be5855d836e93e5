package dev.weirkeeper.audit.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether two stores hold the same: a digest of every table that is filled from topics. It does not
 * depend on the order of rows or on the numbers that topics have in a store.
 */
public final class StoreDigest {

  /** The tables that are filled from topics, in the order in which they are best compared. */
  public static final List<String> TABLES =
      List.of(
          "log",
          "session_event",
          "ledger_entry",
          "ledger_adjustment",
          "session",
          "task",
          "model_call",
          "tool_call",
          "approval",
          "approval_decision",
          "alert",
          "audit_root",
          "dead_letter",
          "definition",
          "cost_hour",
          "cost_tool_hour");

  private StoreDigest() {}

  /** The number of rows of each table and a 128-bit sum over their hashes. */
  public static Map<String, String> of(Connection connection) throws SQLException {
    Map<String, String> digests = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        try (ResultSet row =
            statement.executeQuery(
                """
                SELECT count(*) || ':' || coalesce(sum(hashtextextended(r, 1)::numeric), 0)
                       || ':' || coalesce(sum(hashtextextended(r, 2)::numeric), 0)
                FROM (SELECT ROW(%s)::text AS r FROM %s x) s
                """
                    .formatted(columns(connection, table, List.of()), table))) {
          row.next();
          digests.put(table, row.getString(1));
        }
      }
    }
    return digests;
  }

  /**
   * A row of a table that one of two schemas has and the other has not.
   *
   * @param columnsToo columns not to compare
   */
  public static Optional<String> difference(
      Connection connection, String table, String one, String other, List<String> columnsToo)
      throws SQLException {
    String columns = columns(connection, table, columnsToo);
    String sql =
        """
        (SELECT '%2$s' AS place, ROW(%1$s)::text AS r FROM %2$s.%4$s x
         EXCEPT ALL SELECT '%2$s', ROW(%1$s)::text FROM %3$s.%4$s x)
        UNION ALL
        (SELECT '%3$s', ROW(%1$s)::text FROM %3$s.%4$s x
         EXCEPT ALL SELECT '%3$s', ROW(%1$s)::text FROM %2$s.%4$s x)
        ORDER BY 2 LIMIT 1
        """
            .formatted(columns, one, other, table);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next()
          ? Optional.of(row.getString(1) + " has " + StoredText.head(row.getString(2), 400))
          : Optional.empty();
    }
  }

  /** The columns of a table that are stored as they are told. */
  public static List<String> columns(Connection connection, String table) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT column_name FROM information_schema.columns
                WHERE table_schema = current_schema() AND table_name = '%s' AND is_generated = 'NEVER'
                ORDER BY ordinal_position
                """
                    .formatted(table))) {
      while (row.next()) {
        columns.add(row.getString(1));
      }
    }
    return columns;
  }

  private static String columns(Connection connection, String table, List<String> without)
      throws SQLException {
    return columns(connection, table).stream()
        .filter(column -> !without.contains(column))
        .map(
            column ->
                column.endsWith("topic_id")
                    ? "(SELECT name || '/' || kafka_id FROM topic WHERE topic_id = x."
                        + column
                        + ")"
                    : "x." + column)
        .collect(Collectors.joining(", "));
  }
}
