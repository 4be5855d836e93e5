package dev.weirkeeper.executor.builtin.database;

import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.wire.ToolErrorCode;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an SQL error means for a tool call, by its SQLSTATE.
 *
 * @see <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">PostgreSQL error
 *     codes</a>
 */
public final class SqlFailures {
  private static final String QUERY_CANCELED = "57014";
  private static final Set<String> UNTRANSLATABLE_CHARACTER = Set.of("22021", "22P05");

  private SqlFailures() {}

  /** The failure of a call that can't have changed anything: it only read, or never began. */
  public static ToolFailure ofRead(SQLException e) {
    return transientState(e.getSQLState()) || e instanceof SQLTransientConnectionException
        ? ToolFailure.retry("the database is not available at the moment").because(e)
        : ofBoth(e);
  }

  /** The failure of a call that was changing something. */
  public static ToolFailure ofWrite(SQLException e) {
    String state = e.getSQLState();
    if (e instanceof SQLTransientConnectionException || rolledBack(state)) {
      return ToolFailure.retry("the database could not take the change at the moment").because(e);
    }
    return transientState(state)
        ? ToolFailure.outcomeUnknown("the connection to the database broke during the change")
            .because(e)
        : ofBoth(e);
  }

  private static ToolFailure ofBoth(SQLException e) {
    if (UNTRANSLATABLE_CHARACTER.contains(String.valueOf(e.getSQLState()))) {
      return ToolFailure.invalidArguments("a text holds a character that a database can't hold")
          .because(e)
          .hint("leave out NUL and unpaired surrogate characters");
    }
    return QUERY_CANCELED.equals(e.getSQLState())
        ? ToolFailure.of(ToolErrorCode.TIMEOUT, "the database took too long").because(e)
        : ToolFailure.of("the database refused the request")
            .because(e)
            .hint("this needs a person: the tool or its database is not set up as it should be");
  }

  /** Connection errors, too many connections, and a server that starts or stops. */
  private static boolean transientState(@Nullable String state) {
    return state != null
        && (state.startsWith("08")
            || state.startsWith("53")
            || state.startsWith("57P")
            || rolledBack(state));
  }

  /** Serialization failures and deadlocks: the server undid the transaction and said so. */
  private static boolean rolledBack(@Nullable String state) {
    return state != null && state.startsWith("40");
  }
}
