package dev.weirkeeper.audit.store;

import java.sql.Connection;
import java.sql.SQLException;

/** All or nothing on one connection. */
public final class Transaction {

  /** What is done in a transaction. */
  @FunctionalInterface
  public interface Work<X extends Exception> {

    /** Does it; any exception undoes it. */
    void run() throws SQLException, X;
  }

  private Transaction() {}

  /**
   * Runs work in a transaction of a connection that is in auto-commit mode, and leaves it in that
   * mode.
   *
   * @throws SQLException if the work or the commit failed; after a failed commit it is open whether
   *     it took place
   */
  public static <X extends Exception> void run(Connection connection, Work<X> work)
      throws SQLException, X {
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      work.run();
      connection.commit();
      done = true;
    } finally {
      if (!done) {
        undo(connection);
      } else {
        connection.setAutoCommit(true);
      }
    }
  }

  /** A connection that can't even roll back is lost, and what it did with it. */
  private static void undo(Connection connection) throws SQLException {
    if (!connection.isClosed()) {
      try {
        connection.rollback();
        connection.setAutoCommit(true);
      } catch (SQLException e) {
        connection.abort(Runnable::run);
      }
    }
  }
}
