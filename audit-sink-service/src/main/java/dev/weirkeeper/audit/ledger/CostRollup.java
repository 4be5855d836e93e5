package dev.weirkeeper.audit.ledger;

import dev.weirkeeper.audit.store.MergeTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Keeps {@code cost_hour} and {@code cost_tool_hour} equal to the sums over {@code model_call}:
 * whatever a batch changes in a call, its old share is taken out of the sums and its new one put
 * in, in the same statement.
 *
 * <p>A call is counted in the hour of its first ledger line and from that line on; by tool, once
 * its reply tells which tools it asked for. So a call never moves from one row to another, and the
 * rows that exist do not depend on the order of reading.
 */
public final class CostRollup {

  private static final String BEFORE = "WITH changed AS (";

  /** What a call adds to the sums, for the row before ({@code old}) and after ({@code new}). */
  private static final String AFTER =
      " RETURNING "
          + both(
              "hour",
              "tenant",
              "agent",
              "agent_version",
              "ledger_model",
              "price_book",
              "outcome",
              "reply_offset",
              "uncached_input",
              "cache_write_5m",
              "cache_write_1h",
              "cache_read",
              "output",
              "reasoning_output",
              "reserved_nano_usd",
              "settled_nano_usd",
              "released_nano_usd",
              "unsettled_nano_usd",
              "adjusted_nano_usd",
              "tools")
          + """
          ), moved AS (
            SELECT -1 AS sign, o_hour AS hour, o_tenant AS tenant, o_agent AS agent,
                   o_agent_version AS agent_version, o_ledger_model AS model, o_price_book AS price_book,
                   o_outcome AS outcome, o_reply_offset AS reply_offset,
                   o_uncached_input AS uncached_input, o_cache_write_5m AS cache_write_5m,
                   o_cache_write_1h AS cache_write_1h, o_cache_read AS cache_read, o_output AS output,
                   o_reasoning_output AS reasoning_output, o_reserved_nano_usd AS reserved_nano_usd,
                   o_settled_nano_usd AS settled_nano_usd, o_released_nano_usd AS released_nano_usd,
                   o_unsettled_nano_usd AS unsettled_nano_usd, o_adjusted_nano_usd AS adjusted_nano_usd,
                   o_tools AS tools
            FROM changed WHERE o_hour IS NOT NULL
            UNION ALL
            SELECT 1, n_hour, n_tenant, n_agent, n_agent_version, n_ledger_model, n_price_book,
                   n_outcome, n_reply_offset, n_uncached_input, n_cache_write_5m, n_cache_write_1h,
                   n_cache_read, n_output, n_reasoning_output, n_reserved_nano_usd, n_settled_nano_usd,
                   n_released_nano_usd, n_unsettled_nano_usd, n_adjusted_nano_usd, n_tools
            FROM changed WHERE n_hour IS NOT NULL
          ), by_tool AS (
            INSERT INTO cost_tool_hour AS t
                   (hour, tenant, agent, agent_version, model, tool, asked, settled_nano_usd)
            SELECT hour, tenant, agent, agent_version, model, tool, asked, settled
            FROM (
              SELECT hour, tenant, agent, agent_version, model, coalesce(u.tool, '') AS tool,
                     sum(CASE WHEN u.tool IS NULL THEN 0 ELSE sign END)::bigint AS asked,
                     sum(sign * CASE
                       WHEN u.tool IS NULL THEN settled_nano_usd
                       ELSE settled_nano_usd / cardinality(tools)
                            + CASE WHEN u.place = 1 THEN settled_nano_usd % cardinality(tools) ELSE 0 END
                     END)::bigint AS settled
              FROM moved
              LEFT JOIN LATERAL unnest(tools) WITH ORDINALITY AS u (tool, place) ON true
              WHERE reply_offset IS NOT NULL
              GROUP BY 1, 2, 3, 4, 5, 6
            ) s
            WHERE (asked, settled) <> (0, 0)
            ORDER BY hour, tenant, agent, agent_version, model, tool
            ON CONFLICT (hour, tenant, agent, agent_version, model, tool) DO UPDATE
            SET asked = t.asked + EXCLUDED.asked,
                settled_nano_usd = t.settled_nano_usd + EXCLUDED.settled_nano_usd
          )
          INSERT INTO cost_hour AS t
                 (hour, tenant, agent, agent_version, model, price_book, calls, failed,
                  uncached_input, cache_write_5m, cache_write_1h, cache_read, output, reasoning_output,
                  reserved_nano_usd, settled_nano_usd, released_nano_usd, unsettled_nano_usd,
                  adjusted_nano_usd)
          SELECT * FROM (
            SELECT hour, tenant, agent, agent_version, model, price_book,
                   sum(sign)::bigint AS calls,
                   sum(CASE WHEN outcome <> 'ok' THEN sign ELSE 0 END)::bigint AS failed,
                   sum(sign * coalesce(uncached_input, 0))::bigint AS uncached_input,
                   sum(sign * coalesce(cache_write_5m, 0))::bigint AS cache_write_5m,
                   sum(sign * coalesce(cache_write_1h, 0))::bigint AS cache_write_1h,
                   sum(sign * coalesce(cache_read, 0))::bigint AS cache_read,
                   sum(sign * coalesce(output, 0))::bigint AS output,
                   sum(sign * coalesce(reasoning_output, 0))::bigint AS reasoning_output,
                   sum(sign * reserved_nano_usd)::bigint AS reserved,
                   sum(sign * settled_nano_usd)::bigint AS settled,
                   sum(sign * released_nano_usd)::bigint AS released,
                   sum(sign * unsettled_nano_usd)::bigint AS unsettled,
                   sum(sign * adjusted_nano_usd)::bigint AS adjusted
            FROM moved
            GROUP BY 1, 2, 3, 4, 5, 6
            ORDER BY 1, 2, 3, 4, 5, 6
          ) s
          WHERE (calls, failed, uncached_input, cache_write_5m, cache_write_1h, cache_read, output,
                 reasoning_output, reserved, settled, released, unsettled, adjusted)
                <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
          ON CONFLICT (hour, tenant, agent, agent_version, model, price_book) DO UPDATE
          SET calls = t.calls + EXCLUDED.calls,
              failed = t.failed + EXCLUDED.failed,
              uncached_input = t.uncached_input + EXCLUDED.uncached_input,
              cache_write_5m = t.cache_write_5m + EXCLUDED.cache_write_5m,
              cache_write_1h = t.cache_write_1h + EXCLUDED.cache_write_1h,
              cache_read = t.cache_read + EXCLUDED.cache_read,
              output = t.output + EXCLUDED.output,
              reasoning_output = t.reasoning_output + EXCLUDED.reasoning_output,
              reserved_nano_usd = t.reserved_nano_usd + EXCLUDED.reserved_nano_usd,
              settled_nano_usd = t.settled_nano_usd + EXCLUDED.settled_nano_usd,
              released_nano_usd = t.released_nano_usd + EXCLUDED.released_nano_usd,
              unsettled_nano_usd = t.unsettled_nano_usd + EXCLUDED.unsettled_nano_usd,
              adjusted_nano_usd = t.adjusted_nano_usd + EXCLUDED.adjusted_nano_usd
          """;

  private static final String HOURS =
      """
      INSERT INTO cost_hour
      SELECT hour, tenant, agent, agent_version, ledger_model, price_book, count(*),
             count(*) FILTER (WHERE outcome <> 'ok'),
             sum(coalesce(uncached_input, 0)), sum(coalesce(cache_write_5m, 0)),
             sum(coalesce(cache_write_1h, 0)), sum(coalesce(cache_read, 0)),
             sum(coalesce(output, 0)), sum(coalesce(reasoning_output, 0)),
             sum(reserved_nano_usd), sum(settled_nano_usd), sum(released_nano_usd),
             sum(unsettled_nano_usd), sum(adjusted_nano_usd)
      FROM model_call WHERE hour IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
      """;

  private static final String TOOL_HOURS =
      """
      INSERT INTO cost_tool_hour
      SELECT hour, tenant, agent, agent_version, ledger_model, coalesce(u.tool, ''), count(u.tool),
             sum(CASE
               WHEN u.tool IS NULL THEN settled_nano_usd
               ELSE settled_nano_usd / cardinality(tools)
                    + CASE WHEN u.place = 1 THEN settled_nano_usd % cardinality(tools) ELSE 0 END
             END)
      FROM model_call LEFT JOIN LATERAL unnest(tools) WITH ORDINALITY AS u (tool, place) ON true
      WHERE hour IS NOT NULL AND reply_offset IS NOT NULL
      GROUP BY 1, 2, 3, 4, 5, 6
      HAVING count(u.tool) > 0 OR sum(settled_nano_usd) <> 0
      """;

  private CostRollup() {}

  /** Makes the sums again from all calls there are, in the connection's transaction. */
  public static void anew(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("TRUNCATE cost_hour, cost_tool_hour");
      statement.executeUpdate(HOURS);
      statement.executeUpdate(TOOL_HOURS);
    }
  }

  /** Merges rows into {@code model_call} and moves the sums with them. */
  public static void send(Connection connection, MergeTable modelCalls) throws SQLException {
    modelCalls.send(connection, BEFORE, AFTER);
  }

  private static String both(String... columns) {
    StringBuilder sql = new StringBuilder();
    for (String column : columns) {
      sql.append(sql.isEmpty() ? "" : ", ")
          .append("old.%1$s AS o_%1$s, new.%1$s AS n_%1$s".formatted(column));
    }
    return sql.toString();
  }
}
