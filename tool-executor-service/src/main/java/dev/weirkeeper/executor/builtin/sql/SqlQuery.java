package dev.weirkeeper.executor.builtin.sql;

import dev.weirkeeper.executor.builtin.database.SqlFailures;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import java.sql.Connection;
import java.sql.SQLException;

/** The {@code sql_query} tool. Thread-safe. */
public final class SqlQuery {
  static final int MAX_SQL = 20_000;

  private final SqlRole role;

  /** Queries the given database as the configured reader. */
  public SqlQuery(ToolDatabase database, SqlConfig.Login reader, boolean createRole) {
    this.role = new SqlRole(database, reader, SqlRole.Purpose.READ, createRole);
  }

  record Input(
      @Param(
              value =
                  "One SQL statement in PostgreSQL's dialect that returns rows. Name tables with"
                      + " their schema.",
              examples = "SELECT status, count(*) FROM tools.tickets GROUP BY status",
              minLength = 1,
              maxLength = MAX_SQL)
          String sql) {}

  /**
   * Runs a query.
   *
   * @throws ToolFailure with PostgreSQL's message if it refuses the statement
   */
  @Tool(
      name = "sql_query",
      description =
          "Runs one read-only SQL query on a PostgreSQL database and returns columns and rows. It"
              + " cannot change anything. Look up tables and columns first, in"
              + " information_schema.columns, rather than guess them; aggregate and limit in SQL"
              + " rather than fetch everything.",
      readOnly = true,
      timeout = "30s",
      maxAttempts = 2)
  ResultTable query(Input input, ToolContext context) {
    try (Connection connection = role.connect(context)) {
      ResultTable table =
          ModelStatement.run(connection, input.sql(), role.maxRows(), context, SqlFailures::ofRead)
              .orElseThrow(
                  () ->
                      ToolFailure.invalidArguments("the statement returned no rows to show")
                          .hint("write a SELECT; this tool changes nothing"));
      connection.rollback();
      return table;
    } catch (SQLException e) {
      throw SqlFailures.ofRead(e);
    }
  }
}
