package dev.weirkeeper.audit.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of which tables hold content, and how a row of them is named. Whatever is not
 * listed stays readable when a session is sealed and is kept when it is erased: ids, times,
 * amounts, hashes, and what the planner says about its own decisions ({@code session_event}).
 */
public final class ContentColumns {

  /** How content is stored. */
  private enum Kind {
    TEXT("NULL"),
    NEEDED_TEXT("''"),
    JSON("NULL"),
    BYTES("NULL"),
    /** JSON that says again what another column holds: never kept beside sealed content. */
    REPEATED("NULL");

    final String blank;

    Kind(String blank) {
      this.blank = blank;
    }
  }

  private record Column(String name, Kind kind) {}

  /**
   * A table.
   *
   * @param row SQL for the name of a row
   */
  private record Table(String name, String row, List<Column> columns) {}

  private static final String POSITION =
      "(SELECT name FROM topic t WHERE t.topic_id = x.topic_id) || '/' || partition || '/' ||"
          + " record_offset";

  private static final List<Table> TABLES =
      List.of(
          new Table(
              "log",
              POSITION,
              List.of(
                  new Column("headers", Kind.JSON),
                  new Column("value", Kind.BYTES),
                  new Column("payload", Kind.REPEATED))),
          new Table(
              "task",
              "session_id || '/' || task_id",
              List.of(
                  new Column("text", Kind.TEXT),
                  new Column("metadata", Kind.JSON),
                  new Column("why", Kind.TEXT),
                  new Column("result", Kind.TEXT))),
          new Table("model_call", "call_id", List.of(new Column("error", Kind.TEXT))),
          new Table(
              "tool_call",
              "call_id",
              List.of(
                  new Column("asked_arguments", Kind.TEXT),
                  new Column("problem", Kind.TEXT),
                  new Column("arguments", Kind.TEXT),
                  new Column("error", Kind.TEXT),
                  new Column("preview", Kind.TEXT))),
          new Table(
              "approval",
              "call_id",
              List.of(
                  new Column("arguments", Kind.NEEDED_TEXT),
                  new Column("question", Kind.NEEDED_TEXT))),
          new Table(
              "approval_decision",
              POSITION,
              List.of(new Column("arguments", Kind.TEXT), new Column("text", Kind.NEEDED_TEXT))));

  private ContentColumns() {}

  /** Where a column of a row stands, for {@link Seal}. */
  public static String place(String table, String column, String row) {
    return table + "." + column + "/" + row;
  }

  /** Names a row of the tables that have one row per record. */
  public static String row(String topic, int partition, long offset) {
    return topic + "/" + partition + "/" + offset;
  }

  /** Blanks all content of sessions, in the connection's transaction. */
  static void blank(Connection connection, List<String> sessions) throws SQLException {
    for (Table table : TABLES) {
      String set =
          table.columns.stream()
              .map(column -> column.name + " = " + column.kind.blank)
              .collect(Collectors.joining(", "));
      String withheld = table.name.equals("log") ? ", withheld = '{erased}'" : "";
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE " + table.name + " SET " + set + withheld + " WHERE session_id = ANY (?)")) {
        update.setArray(1, connection.createArrayOf("text", sessions.toArray()));
        update.executeUpdate();
      }
    }
  }

  /** Seals what was stored of a session while it was open, in the connection's transaction. */
  static void seal(Connection connection, String session, ContentKey key) throws SQLException {
    Seal seal = Seal.under(key);
    for (Table table : TABLES) {
      String columns = table.columns.stream().map(Column::name).collect(Collectors.joining(", "));
      boolean log = table.name.equals("log");
      List<@Nullable Object[]> changed = new ArrayList<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT %s AS row_name, %s FROM %s x WHERE session_id = ?%s"
                  .formatted(
                      table.row,
                      columns,
                      table.name,
                      log
                          ? " AND NOT coalesce(withheld, '{}') && ARRAY['sealed', 'erased']"
                          : ""))) {
        select.setString(1, session);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            changed.add(sealed(row, table, seal));
          }
        }
      }
      String set =
          table.columns.stream()
                  .map(
                      column ->
                          column.name
                              + (column.kind == Kind.JSON || column.kind == Kind.REPEATED
                                  ? " = ?::jsonb"
                                  : " = ?"))
                  .collect(Collectors.joining(", "))
              + (log ? ", withheld = coalesce(withheld, '{}') || ARRAY['sealed']" : "");
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE %s x SET %s WHERE session_id = ? AND %s = ?"
                  .formatted(table.name, set, table.row))) {
        for (@Nullable Object[] values : changed) {
          int at = 1;
          for (int i = 1; i < values.length; i++) {
            if (table.columns.get(i - 1).kind == Kind.BYTES) {
              update.setBytes(at++, (byte[]) values[i]);
            } else {
              update.setObject(at++, values[i], Types.VARCHAR);
            }
          }
          update.setString(at++, session);
          update.setString(at, (String) values[0]);
          update.addBatch();
        }
        update.executeBatch();
      }
    }
  }

  /** The row's name, then its content sealed where it is not. */
  private static @Nullable Object[] sealed(ResultSet row, Table table, Seal seal)
      throws SQLException {
    String name = row.getString("row_name");
    @Nullable Object[] values = new @Nullable Object[table.columns.size() + 1];
    values[0] = name;
    for (int i = 0; i < table.columns.size(); i++) {
      Column column = table.columns.get(i);
      String place = place(table.name, column.name, name);
      values[i + 1] =
          switch (column.kind) {
            case BYTES -> seal.bytes(place, row.getBytes(column.name));
            case REPEATED -> null;
            case TEXT, NEEDED_TEXT -> {
              String text = row.getString(column.name);
              yield text == null || text.startsWith(Seal.MARK) ? text : seal.text(place, text);
            }
            case JSON -> {
              String json = row.getString(column.name);
              yield json == null || json.startsWith("\"" + Seal.MARK)
                  ? json
                  : text(
                      seal.jsonOrNull(
                          place, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8))));
            }
          };
    }
    return values;
  }

  private static @Nullable String text(@Nullable ByteBuffer utf8) {
    return utf8 == null ? null : StandardCharsets.UTF_8.decode(utf8).toString();
  }
}
