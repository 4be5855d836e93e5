package dev.weirkeeper.audit.paths;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tools that the tasks of an agent called, in order, counted. Only tasks that ended complete
 * count: what a task did that failed says nothing about how it is done.
 */
public final class ToolPaths {

  /** Fewer tasks say nothing about those to come. */
  public static final int FEWEST_TASKS = 20;

  /** Tasks in a hundred that go the same way, for it to be the agent's way. */
  public static final int ALWAYS_PERCENT = 95;

  private static final String PATHS =
      """
      WITH done AS (
        SELECT session_id, task_id, agent FROM task
        WHERE status = 'complete' AND agent IS NOT NULL
          AND (?::text IS NULL OR agent = ?::text)
          AND last_event_at >= ? AND last_event_at < ?
      ), model AS (
        SELECT m.session_id, m.task_id, count(*) AS calls, sum(m.settled_nano_usd) AS cost,
               sum(coalesce(m.duration_ms, 0)) AS ms,
               (array_agg(m.settled_nano_usd ORDER BY m.turn DESC, m.attempt DESC))[1] AS last_cost,
               (array_agg(coalesce(m.duration_ms, 0) ORDER BY m.turn DESC, m.attempt DESC))[1] AS last_ms
        FROM model_call m JOIN done USING (session_id, task_id) GROUP BY 1, 2
      ), tool AS (
        SELECT t.session_id, t.task_id, array_agg(t.tool ORDER BY t.turn, t.index) AS path
        FROM tool_call t JOIN done USING (session_id, task_id)
        WHERE t.call_offset IS NOT NULL GROUP BY 1, 2
      )
      SELECT agent, coalesce(path, '{}'), count(*), sum(coalesce(calls, 0))::bigint,
             sum(coalesce(cost, 0))::bigint, sum(coalesce(ms, 0))::bigint,
             sum(coalesce(cost - last_cost, 0))::bigint, sum(coalesce(ms - last_ms, 0))::bigint
      FROM done LEFT JOIN model USING (session_id, task_id) LEFT JOIN tool USING (session_id, task_id)
      GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
      """;

  private ToolPaths() {}

  /**
   * One way through the tools.
   *
   * @param tools in the order of the calls; empty: the model answered at once
   * @param tasks that went this way
   * @param modelCalls of all of them
   * @param costNanoUsd settled, of all of them
   * @param modelMs time of all model calls
   * @param savedNanoUsd of it, what every model call but the last of its task cost: those that
   *     chose the next tool
   * @param savedMs likewise their time
   */
  public record Path(
      List<String> tools,
      long tasks,
      long modelCalls,
      long costNanoUsd,
      long modelMs,
      long savedNanoUsd,
      long savedMs) {}

  /** What a set of tasks might rather be. */
  public enum Advice {
    /** Too few tasks to say. */
    TOO_FEW,
    /** The model decides: leave it an agent. */
    AGENT,
    /** Always the same tools in the same order. */
    PIPELINE,
    /** Never a tool. */
    SINGLE_CALL
  }

  /**
   * An agent's ways, the most frequent first.
   *
   * @param tasks on all of them
   */
  public record Agent(String agent, long tasks, List<Path> paths) {

    /** What it might rather be. */
    public Advice advice() {
      if (tasks < FEWEST_TASKS) {
        return Advice.TOO_FEW;
      }
      Path first = paths.getFirst();
      if (first.tasks() * 100 < tasks * ALWAYS_PERCENT) {
        return Advice.AGENT;
      }
      return first.tools().isEmpty() ? Advice.SINGLE_CALL : Advice.PIPELINE;
    }
  }

  /**
   * The ways of agents.
   *
   * @param agent only this one's; empty: all
   * @param from tasks whose last event is at or after it
   * @param to and before it
   */
  public static List<Agent> of(
      Connection connection, Optional<String> agent, Instant from, Instant to) throws SQLException {
    List<Agent> agents = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(PATHS)) {
      select.setString(1, agent.orElse(null));
      select.setString(2, agent.orElse(null));
      select.setObject(3, OffsetDateTime.ofInstant(from, ZoneOffset.UTC));
      select.setObject(4, OffsetDateTime.ofInstant(to, ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        String current = "";
        List<Path> paths = new ArrayList<>();
        while (row.next()) {
          if (!row.getString(1).equals(current)) {
            add(agents, current, paths);
            current = row.getString(1);
            paths = new ArrayList<>();
          }
          paths.add(path(row));
        }
        add(agents, current, paths);
      }
    }
    return agents;
  }

  private static void add(List<Agent> agents, String agent, List<Path> paths) {
    if (!paths.isEmpty()) {
      agents.add(new Agent(agent, paths.stream().mapToLong(Path::tasks).sum(), List.copyOf(paths)));
    }
  }

  private static Path path(ResultSet row) throws SQLException {
    Array tools = row.getArray(2);
    return new Path(
        List.of((String[]) tools.getArray()),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8));
  }
}
