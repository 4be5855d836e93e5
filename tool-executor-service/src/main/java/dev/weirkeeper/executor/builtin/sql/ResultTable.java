package dev.weirkeeper.executor.builtin.sql;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows as a model is shown them: values in the order of the columns; numbers and booleans as such,
 * everything else as PostgreSQL writes it.
 *
 * @param columns names, in order
 * @param rows at most the limit; long texts are cut
 * @param rowCount rows shown
 * @param hint if there are more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ResultTable(
    List<String> columns, List<List<@Nullable Object>> rows, int rowCount, @Nullable String hint) {
  private static final int MAX_CELL = 4_000;
  private static final int MAX_TEXT = 256 * 1024;

  /** Reads rows up to a limit; the statement has been told to return one more at most. */
  static ResultTable read(ResultSet row, int maxRows) throws SQLException {
    ResultSetMetaData columns = row.getMetaData();
    List<String> names = new ArrayList<>();
    for (int column = 1; column <= columns.getColumnCount(); column++) {
      names.add(columns.getColumnLabel(column));
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    int text = 0;
    boolean more = row.next();
    while (more && rows.size() < maxRows && text < MAX_TEXT) {
      List<@Nullable Object> values = new ArrayList<>(names.size());
      for (int column = 1; column <= names.size(); column++) {
        Object value = value(row, column, columns);
        text += value instanceof String string ? string.length() : 8;
        values.add(value);
      }
      rows.add(values);
      more = row.next();
    }
    return new ResultTable(
        names,
        rows,
        rows.size(),
        more
            ? "There are more rows. Narrow the query, aggregate, or page with LIMIT and OFFSET."
            : null);
  }

  private static @Nullable Object value(ResultSet row, int column, ResultSetMetaData columns)
      throws SQLException {
    String written = row.getString(column);
    if (written == null) {
      return null;
    }
    if (columns.getColumnTypeName(column).equals("bool")) {
      return written.equals("t");
    }
    return switch (columns.getColumnType(column)) {
      case Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.REAL, Types.DOUBLE ->
          number(written);
      default -> cut(written);
    };
  }

  /** A number, or its text if it is none to JSON, as NaN. */
  private static Object number(String written) {
    try {
      return new BigDecimal(written);
    } catch (NumberFormatException e) {
      return written;
    }
  }

  private static String cut(String text) {
    return text.length() <= MAX_CELL
        ? text
        : text.substring(0, MAX_CELL) + "… (" + (text.length() - MAX_CELL) + " more characters)";
  }
}
