package dev.weirkeeper.executor.builtin.database;

import dev.weirkeeper.executor.tool.ToolContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Makes a change happen once per idempotency key: the change and the row that remembers its result
 * commit together. A second run with the key waits for a first one still under way, changes nothing
 * and returns the first one's result.
 */
public final class Effects {

  private Effects() {}

  /** A change, whose result can be told again. */
  @FunctionalInterface
  public interface Change {
    String in(Connection connection) throws SQLException;
  }

  /**
   * The result of the call's change, made now or earlier.
   *
   * @param change runs in the transaction of the connection, before which nothing else may have
   *     been claimed in it
   */
  public static String once(
      Connection connection, String schema, ToolContext context, Change change)
      throws SQLException {
    String key = context.idempotencyKey();
    try (PreparedStatement claim =
        connection.prepareStatement("SELECT claimed, stored FROM " + schema + ".claim_effect(?)")) {
      claim.setString(1, key);
      try (ResultSet row = claim.executeQuery()) {
        row.next();
        if (!row.getBoolean("claimed")) {
          return row.getString("stored");
        }
      }
    }
    String result = change.in(connection);
    try (PreparedStatement complete =
        connection.prepareStatement("SELECT " + schema + ".complete_effect(?, ?)")) {
      complete.setString(1, key);
      complete.setString(2, result);
      complete.execute();
    }
    return result;
  }
}
