package dev.weirkeeper.executor.builtin.sql;

import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.wire.ToolErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one statement as a model wrote it, and tells its errors in PostgreSQL's own words. */
final class ModelStatement {
  private static final Logger LOG = LoggerFactory.getLogger(ModelStatement.class);
  private static final Set<String> TIMEOUTS = Set.of("57014", "55P03");
  private static final Set<String> REFUSED = Set.of("42501", "25006");
  private static final Set<String> PROGRAM_LIMITS = Set.of("54", "53");

  private ModelStatement() {}

  /**
   * Runs the statement.
   *
   * @param maxRows most rows to return
   * @param failure what an error that is not the statement's own means
   * @return its rows, if it is one that returns rows
   * @throws ToolFailure if it is not one statement, or PostgreSQL refuses it
   */
  static Optional<ResultTable> run(
      Connection connection,
      String sql,
      int maxRows,
      ToolContext context,
      Function<SQLException, ToolFailure> failure) {
    requireSingle(sql);
    try (Statement statement = connection.createStatement();
        ToolContext.Registration _ = context.onCancel(() -> cancel(statement))) {
      statement.setEscapeProcessing(false);
      // Fetched in parts, so that what is not shown is not held in memory either.
      statement.setFetchSize(Math.min(maxRows + 1, 100));
      return statement.execute(sql)
          ? Optional.of(ResultTable.read(statement.getResultSet(), maxRows))
          : Optional.empty();
    } catch (SQLException e) {
      throw told(e, failure);
    }
  }

  /**
   * The driver's lexer splits a text into statements to send each by itself. If it finds one, the
   * whole text goes to the server as one, and the server's parser refuses a second one in it: so it
   * does not matter whether the two agree.
   */
  private static void requireSingle(String sql) {
    List<NativeQuery> parts;
    try {
      parts = Parser.parseJdbcSql(sql, true, false, true, false, false);
    } catch (SQLException e) {
      throw ToolFailure.invalidArguments("the SQL can't be read: " + e.getMessage()).because(e);
    }
    if (parts.size() > 1) {
      throw ToolFailure.invalidArguments("the SQL holds " + parts.size() + " statements")
          .hint("send one statement per call");
    }
    if (parts.isEmpty() || parts.getFirst().nativeSql.isBlank()) {
      throw ToolFailure.invalidArguments("the SQL holds no statement");
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      LOG.debug("the statement could not be cancelled; the server's timeout ends it", e);
    }
  }

  private static ToolFailure told(SQLException e, Function<SQLException, ToolFailure> failure) {
    String state = String.valueOf(e.getSQLState());
    if (TIMEOUTS.contains(state)) {
      return ToolFailure.of(ToolErrorCode.TIMEOUT, "the statement took too long and was cancelled")
          .because(e)
          .hint("narrow it with WHERE and LIMIT, or aggregate less");
    }
    ServerErrorMessage said = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    if (said == null) {
      return tooLarge(e) ? resultTooLarge(e) : failure.apply(e);
    }
    String message = String.valueOf(said.getMessage());
    if (REFUSED.contains(state)) {
      return ToolFailure.of("PostgreSQL does not allow this: " + message)
          .because(e)
          .hint("this tool's role and transaction do not permit it; there is no way around them")
          .detail("sqlstate", state);
    }
    if (PROGRAM_LIMITS.contains(state.substring(0, 2)) && !state.startsWith("533")) {
      return ToolFailure.of("PostgreSQL ran into a limit: " + message)
          .because(e)
          .hint("ask for less at once")
          .detail("sqlstate", state);
    }
    return switch (state.substring(0, 2)) {
      case "08", "53", "57", "58", "40" -> failure.apply(e);
      default -> {
        ToolFailure wrong =
            ToolFailure.invalidArguments("PostgreSQL says: " + message)
                .because(e)
                .detail("sqlstate", state);
        String hint = said.getHint();
        if (said.getPosition() > 0) {
          wrong = wrong.detail("position", said.getPosition());
        }
        yield hint == null
            ? wrong.hint("columns and tables are listed in information_schema.columns")
            : wrong.hint(hint);
      }
    };
  }

  /** The driver stops reading at its limit and says so without a state of the server's. */
  private static boolean tooLarge(SQLException e) {
    return String.valueOf(e.getMessage()).contains("maxResultBuffer")
        || String.valueOf(e.getMessage()).contains("Result set exceeded");
  }

  private static ToolFailure resultTooLarge(SQLException e) {
    return ToolFailure.of(
            ToolErrorCode.RESULT_TOO_LARGE, "the result is larger than a query may return")
        .because(e)
        .hint("select fewer columns and rows, or cut long texts with left(column, 200)");
  }
}
