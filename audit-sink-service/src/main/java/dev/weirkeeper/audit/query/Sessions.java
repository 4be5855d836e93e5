package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.query.Store.Asked;
import dev.weirkeeper.audit.store.StoredText;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Questions about sessions and their tasks. */
public final class Sessions {

  /** What a session's status can be: what it does, or how its last task ended. */
  public static final Set<String> STATUSES =
      Set.of(
          "submitted",
          "running",
          "waiting",
          "paused",
          "idle",
          "complete",
          "max_steps_exceeded",
          "token_budget_exceeded",
          "cost_limit_exceeded",
          "deadline_exceeded",
          "cancelled",
          "refused",
          "failed",
          "unknown");

  private static final String WAITING = "waiting";

  private static final String OPEN_APPROVALS =
      "(SELECT count(*) FROM approval_now a WHERE a.session_id = s.session_id AND a.status ="
          + " 'open')";

  private static final String HEAD =
      """
      SELECT s.*, %s, %s, %s AS waiting, t.tasks, t.steps, t.tokens, t.text, t.text_task
      FROM page s
      LEFT JOIN LATERAL (
        SELECT count(*) AS tasks, sum(coalesce(x.result_steps, x.steps)) AS steps, sum(x.tokens) AS tokens,
               (array_agg(CASE WHEN x.text LIKE 'sealed:%%' THEN x.text ELSE left(x.text, 300) END
                          ORDER BY x.asked_at DESC NULLS LAST))[1] AS text,
               (array_agg(x.task_id ORDER BY x.asked_at DESC NULLS LAST))[1] AS text_task
        FROM task x WHERE x.session_id = s.session_id) t ON true
      """
          .formatted(Amounts.columns("s"), Row.key("s"), OPEN_APPROVALS);

  private final Store store;

  public Sessions(Store store) {
    this.store = store;
  }

  /**
   * A session as a list shows it.
   *
   * @param status one of {@link #STATUSES}
   * @param state the planner's word for its situation; absent: it has not seen the session yet
   * @param task the task it works on or worked on last
   * @param text the beginning of what was asked last
   * @param waiting calls that wait for a person
   */
  public record Session(
      String sessionId,
      @Nullable String tenant,
      @Nullable String agent,
      @Nullable String agentVersion,
      @Nullable String subject,
      @Nullable String parentSessionId,
      String status,
      @Nullable String state,
      @Nullable String task,
      @Nullable String text,
      long tasks,
      long steps,
      long tokens,
      long waiting,
      @Nullable Long lastSequence,
      Instant firstAt,
      Instant lastAt,
      Amounts cost) {

    private static Session of(Row row) throws SQLException {
      String status = row.required("status");
      long waiting = row.number(WAITING, 0);
      return new Session(
          row.required("session_id"),
          row.text("tenant"),
          row.text("agent"),
          row.text("agent_version"),
          row.text("subject"),
          row.text("parent_session_id"),
          waiting > 0 && status.equals("running") ? WAITING : status,
          row.text("state"),
          row.text("task_id"),
          beginning(
              row.content(
                  "text",
                  "task",
                  "text",
                  row.required("session_id") + "/" + row.text("text_task"))),
          row.number("tasks", 0),
          row.number("steps", 0),
          row.number("tokens", 0),
          waiting,
          row.number("last_sequence"),
          row.requiredTime("first_at"),
          row.requiredTime("last_at"),
          Amounts.of(row));
    }
  }

  /**
   * A task.
   *
   * @param status how it ended; absent: it has not
   * @param toolCalls calls that were sent, by tool
   * @param submittedBy the token it was submitted with through the API; absent: another way
   * @param position of the task; absent: not read yet
   * @param resultPosition of its result
   */
  public record Task(
      String taskId,
      @Nullable String tenant,
      @Nullable String agent,
      @Nullable String agentVersion,
      @Nullable String subject,
      @Nullable String text,
      @Nullable String submittedBy,
      Map<String, String> metadata,
      @Nullable String status,
      @Nullable String state,
      @Nullable String why,
      @Nullable String result,
      long steps,
      @Nullable Integer modelCalls,
      Map<String, Long> toolCalls,
      long tokens,
      TokenCounts usage,
      @Nullable String model,
      Amounts cost,
      @Nullable String parentSessionId,
      @Nullable String parentCallId,
      @Nullable Instant askedAt,
      @Nullable Instant acceptedAt,
      @Nullable Instant endedAt,
      @Nullable Position position,
      @Nullable Position resultPosition) {

    private static Task of(Row row) throws SQLException {
      String name = row.required("session_id") + "/" + row.required("task_id");
      Map<String, String> metadata = new TreeMap<>();
      var given = row.contentJson("metadata", "task", "metadata", name);
      if (given != null) {
        given.forEachEntry((key, value) -> metadata.put(key, value.asString("")));
      }
      Map<String, Long> toolCalls = new TreeMap<>();
      var counts = row.json("tool_calls");
      if (counts != null) {
        counts.forEachEntry((tool, value) -> toolCalls.put(tool, value.asLong(0)));
      }
      return new Task(
          row.required("task_id"),
          row.text("of_tenant"),
          row.text("of_agent"),
          row.text("agent_version"),
          row.text("subject"),
          row.content("text", "task", "text", name),
          metadata.get(SUBMITTED_BY),
          metadata,
          row.text("status"),
          row.text("state"),
          row.content("why", "task", "why", name),
          row.content("result", "task", "result", name),
          row.number("of_steps", 0),
          row.integer("model_calls"),
          toolCalls,
          row.number("tokens", 0),
          TokenCounts.of(row),
          row.text("model"),
          Amounts.of(row),
          row.text("parent_session_id"),
          row.text("parent_call_id"),
          row.time("asked_at"),
          row.time("accepted_at"),
          row.time("ended_at"),
          row.position("task"),
          row.position("result"));
    }
  }

  private static @Nullable String beginning(@Nullable String text) {
    return text == null ? null : StoredText.head(text, BEGINNING);
  }

  private static final int BEGINNING = 300;

  /** Metadata under which the API notes whose token submitted a task. */
  public static final String SUBMITTED_BY = "weirkeeper.submitted-by";

  /**
   * One session.
   *
   * @param children sessions of sub-agents it started
   */
  public record Detail(Session session, List<Task> tasks, List<String> children) {}

  /**
   * Which sessions are asked for; empty: whatever it is.
   *
   * @param parent sub-agents of this session
   * @param from last seen then or later
   * @param to last seen before
   * @param least settled at least so many nano-USD
   * @param most settled at most so many nano-USD
   * @param words a session or task id, or words of what was asked, looked for in the newest 5,000
   *     tasks that have them
   */
  public record Filter(
      Optional<String> status,
      Optional<String> agent,
      Optional<String> tenant,
      Optional<String> subject,
      Optional<String> parent,
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<Long> least,
      Optional<Long> most,
      Optional<String> words) {}

  /** Sessions, the one seen last first. */
  public Page<Session> list(Filter filter, Tenants tenants, int limit, @Nullable String cursor) {
    Select select =
        visible(new Select(), tenants)
            .where("s.agent = :agent", "agent", filter.agent())
            .where("s.tenant = :tenant", "tenant", filter.tenant())
            .where("s.subject = :subject", "subject", filter.subject())
            .where("s.parent_session_id = :parent", "parent", filter.parent())
            .where("s.last_at >= :from", "from", filter.from())
            .where("s.last_at < :to", "to", filter.to())
            .where("s.settled_nano_usd >= :least", "least", filter.least())
            .where("s.settled_nano_usd <= :most", "most", filter.most())
            .bind("limit", limit + 1);
    filter
        .status()
        .ifPresent(
            status -> {
              if (status.equals(WAITING)) {
                select.where(
                    "s.status = 'running' AND s.session_id IN (SELECT a.session_id FROM"
                        + " approval_now a WHERE a.expires_at > now() AND a.status = 'open')");
              } else {
                select.where("s.status = :status", "status", status);
              }
            });
    filter
        .words()
        .ifPresent(
            words ->
                select.where(
                    """
                    s.session_id IN (
                      (SELECT session_id FROM task WHERE search @@ websearch_to_tsquery('simple', :words)
                       ORDER BY asked_at DESC LIMIT 5000)
                      UNION ALL SELECT session_id FROM task WHERE task_id = :words
                      UNION ALL SELECT session_id FROM session WHERE session_id = :words)\
                    """,
                    "words",
                    words));
    select.after(Cursor.parse(cursor, 2), "s.last_at", "s.session_id");
    String sql =
        "WITH page AS (SELECT * FROM session s"
            + select.clause()
            + " ORDER BY s.last_at DESC, s.session_id DESC LIMIT :limit) "
            + HEAD
            + " ORDER BY s.last_at DESC, s.session_id DESC";
    return store.read(
        asked ->
            Page.of(
                asked.list(select, sql, Session::of),
                limit,
                session -> Cursor.at(session.lastAt(), session.sessionId())));
  }

  /** One session with its tasks; empty if there is none that these tenants may see. */
  public Optional<Detail> find(String id, Tenants tenants) {
    return store.snapshot(
        asked ->
            session(asked, id, tenants)
                .map(session -> new Detail(session, tasks(asked, id), children(asked, id))));
  }

  static Optional<Session> session(Asked asked, String id, Tenants tenants) {
    Select select = visible(new Select().where("s.session_id = :id", "id", id), tenants);
    return asked.first(
        select,
        "WITH page AS (SELECT * FROM session s" + select.clause() + ") " + HEAD,
        Session::of);
  }

  static List<Task> tasks(Asked asked, String session) {
    return asked.list(
        new Select().bind("session", session),
        """
        SELECT t.*, %s, coalesce(t.tenant, t.asked_tenant) AS of_tenant,
               coalesce(t.agent, t.asked_agent) AS of_agent,
               coalesce(t.result_steps, t.steps) AS of_steps
        FROM task t WHERE t.session_id = :session
        ORDER BY t.first_sequence NULLS LAST, t.asked_at, t.task_id LIMIT 1000
        """
            .formatted(Row.key("t")),
        Task::of);
  }

  private static List<String> children(Asked asked, String session) {
    return asked.list(
        new Select().bind("session", session),
        "SELECT session_id FROM session WHERE parent_session_id = :session ORDER BY first_at,"
            + " session_id LIMIT 200",
        row -> row.required("session_id"));
  }

  /**
   * Leaves only sessions {@code s} whose every task is of these tenants: what one tenant wrote into
   * a conversation is in all that comes after.
   */
  static Select visible(Select select, Tenants tenants) {
    return tenants.all()
        ? select
        : select
            .where("s.tenant = ANY(:tenants)", "tenants", tenants.names())
            .where(
                "NOT EXISTS (SELECT FROM task o WHERE o.session_id = s.session_id"
                    + " AND coalesce(o.tenant, o.asked_tenant) <> ALL(:tenants))");
  }

  /** Whether somebody has a session of this id, and whether these tenants may see it. */
  public Owner owner(String id, Tenants tenants) {
    return store.read(
        asked -> {
          boolean there =
              asked
                  .first(
                      new Select().bind("id", id),
                      """
                      SELECT 1 AS one FROM session WHERE session_id = :id
                      UNION ALL SELECT 1 FROM task WHERE session_id = :id LIMIT 1
                      """,
                      row -> row.number("one", 0))
                  .isPresent();
          if (!there) {
            return Owner.NOBODY;
          }
          return session(asked, id, tenants).isPresent() ? Owner.THESE : Owner.OTHERS;
        });
  }

  /** Whose a session is. */
  public enum Owner {
    NOBODY,
    THESE,
    OTHERS
  }
}
