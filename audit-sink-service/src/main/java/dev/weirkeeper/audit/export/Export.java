package dev.weirkeeper.audit.export;

import dev.weirkeeper.audit.export.RowFile.Column;
import dev.weirkeeper.audit.export.RowFile.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a table to a file, from one snapshot, in the order of time. Sealed content is exported as
 * it is stored, so an erasure reaches what was exported too.
 */
public final class Export {

  private static final int FETCH = 2_000;

  /** What can be exported. */
  public enum What {
    SESSIONS("session", "last_at", "session_id"),
    TASKS("task", "coalesce(asked_at, first_event_at)", "session_id, task_id"),
    MODEL_CALLS("model_call", "coalesce(requested_at, hour)", "call_id"),
    TOOL_CALLS("tool_call", "coalesce(requested_at, asked_at)", "call_id"),
    LEDGER("ledger_entry", "at", "session_id, sequence, line"),
    LOG("log", "at", "topic_id, partition, record_offset");

    private final String table;
    private final String time;
    private final String order;

    What(String table, String time, String order) {
      this.table = table;
      this.time = time;
      this.order = order;
    }
  }

  /** In which form. */
  public enum Format {
    JSONL,
    PARQUET
  }

  private Export() {}

  /**
   * Writes rows whose time lies in a span; rows without a time are left out only if a span is
   * given.
   *
   * @param out closed at the end
   * @param from the first instant; null: from the beginning
   * @param to the first instant that does not count any more; null: to the end
   * @return number of rows
   */
  public static long write(
      Connection connection,
      What what,
      Format format,
      @Nullable Instant from,
      @Nullable Instant to,
      OutputStream out)
      throws SQLException, IOException {
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT * FROM %1$s x WHERE (?::timestamptz IS NULL OR %2$s >= ?) AND (?::timestamptz IS NULL OR %2$s < ?) ORDER BY %2$s, %3$s"
                .formatted(what.table, what.time, what.order))) {
      for (int i = 1; i <= 4; i++) {
        Instant bound = i <= 2 ? from : to;
        select.setObject(
            i,
            bound == null ? null : bound.atOffset(ZoneOffset.UTC),
            java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      }
      select.setFetchSize(FETCH);
      try (ResultSet row = select.executeQuery()) {
        List<Column> columns = columns(row.getMetaData());
        long rows = 0;
        try (RowFile file =
            format == Format.JSONL
                ? new JsonLinesFile(out, columns)
                : new ParquetFile(out, columns)) {
          while (row.next()) {
            List<@Nullable Object> values = new ArrayList<>(columns.size());
            for (int i = 0; i < columns.size(); i++) {
              values.add(value(row, i + 1, columns.get(i).kind()));
            }
            file.row(values);
            rows++;
          }
        }
        return rows;
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.setReadOnly(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }
  }

  private static List<Column> columns(ResultSetMetaData meta) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      columns.add(
          new Column(
              meta.getColumnName(i),
              switch (meta.getColumnTypeName(i)) {
                case "bool" -> Kind.BOOLEAN;
                case "int2", "int4" -> Kind.INT32;
                case "int8" -> Kind.INT64;
                case "timestamptz" -> Kind.TIMESTAMP;
                case "jsonb", "_text" -> Kind.JSON;
                case "bytea" -> Kind.BYTES;
                default -> Kind.TEXT;
              }));
    }
    return columns;
  }

  private static @Nullable Object value(ResultSet row, int column, Kind kind) throws SQLException {
    Object value =
        switch (kind) {
          case BOOLEAN -> row.getBoolean(column);
          case INT32 -> row.getInt(column);
          case INT64 -> row.getLong(column);
          case TIMESTAMP -> {
            OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
            yield time == null ? null : time.toInstant();
          }
          case TEXT -> row.getString(column);
          case JSON -> json(row, column);
          case BYTES -> row.getBytes(column);
        };
    return row.wasNull() ? null : value;
  }

  private static @Nullable String json(ResultSet row, int column) throws SQLException {
    if (!row.getMetaData().getColumnTypeName(column).equals("_text")) {
      return row.getString(column);
    }
    Array texts = row.getArray(column);
    return texts == null ? null : JsonMapper.shared().writeValueAsString(texts.getArray());
  }
}
