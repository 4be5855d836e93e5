package dev.weirkeeper.executor.builtin.database;

import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
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
          String stored = row.getString("stored");
          if (stored == null) {
            throw ToolFailure.outcomeUnknown("an earlier run of this call left no result");
          }
          return stored;
        }
      }
    }
    String result = change.in(connection);
    try (PreparedStatement complete =
        connection.prepareStatement("SELECT " + schema + ".complete_effect(?, ?)")) {
      complete.setString(1, key);
      complete.setString(2, result);
      try (ResultSet row = complete.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          throw ToolFailure.invalidArguments(
                  "the statement ended the transaction it runs in; nothing else was changed")
              .hint("leave out BEGIN, COMMIT, ROLLBACK and the like: each call is one transaction");
        }
      }
    }
    return result;
  }
}
