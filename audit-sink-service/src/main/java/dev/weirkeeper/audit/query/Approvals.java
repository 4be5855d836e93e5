package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.query.Store.Asked;
import dev.weirkeeper.audit.seal.ContentColumns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Questions about calls that wait, or waited, for a person. */
public final class Approvals {

  /** What can have become of a request. */
  public static final Set<String> STATUSES =
      Set.of("open", "approved", "edited", "rejected", "answered", "expired", "ended");

  private static final String OPEN = "open";

  private static final String REQUESTS =
      """
      SELECT a.*, %s, t.text AS task_text, t.subject AS task_subject, t.metadata AS task_metadata,
             coalesce((d.payload ->> 'destructive')::boolean, false) AS destructive,
             coalesce((d.payload ->> 'read_only')::boolean, false) AS read_only,
             coalesce((d.payload ->> 'idempotent')::boolean, false) AS idempotent,
             d.payload ->> 'description' AS tool_description
      FROM approval_now a
      LEFT JOIN task t ON t.session_id = a.session_id AND t.task_id = a.task_id
      LEFT JOIN LATERAL (
        SELECT x.payload FROM definition x WHERE x.kind = 'tool' AND x.name = a.tool
        ORDER BY x.record_offset DESC LIMIT 1) d ON true
      """
          .formatted(Row.key("a"));

  private final Store store;

  public Approvals(Store store) {
    this.store = store;
  }

  /**
   * A call that was put before a person.
   *
   * @param kind {@code confirm} or {@code question}
   * @param status one of {@link #STATUSES}
   * @param arguments canonical JSON
   * @param rule the rule that asks
   * @param spent by the task until then
   * @param risk what the tool says of itself
   * @param decision the one that counts; absent: none
   */
  public record Approval(
      String callId,
      String sessionId,
      String taskId,
      String kind,
      String status,
      String tool,
      @Nullable String toolDescription,
      String arguments,
      String argumentsHash,
      String rule,
      String agent,
      String tenant,
      @Nullable String subject,
      @Nullable String submittedBy,
      @Nullable String taskText,
      String question,
      Money spent,
      Risk risk,
      Instant requestedAt,
      Instant expiresAt,
      @Nullable Decision decision,
      Position position) {

    private static Approval of(Row row) throws SQLException {
      String call = row.required("call_id");
      String task = row.required("session_id") + "/" + row.required("task_id");
      return new Approval(
          call,
          row.required("session_id"),
          row.required("task_id"),
          row.required("kind"),
          row.required("status"),
          row.required("tool"),
          row.text("tool_description"),
          present(row.content("arguments", "approval", "arguments", call)),
          row.required("arguments_hash"),
          row.required("rule"),
          row.required("agent"),
          row.required("tenant"),
          row.text("task_subject"),
          maker(row.contentJson("task_metadata", "task", "metadata", task)),
          row.content("task_text", "task", "text", task),
          present(row.content("question", "approval", "question", call)),
          row.money("spent_nano_usd"),
          Risk.of(row),
          row.requiredTime("requested_at"),
          row.requiredTime("expires_at"),
          row.text("decision_id") == null ? null : Decision.of(row),
          row.position());
    }
  }

  /** What a tool says of itself. */
  public record Risk(boolean destructive, boolean readOnly, boolean idempotent) {

    private static Risk of(Row row) throws SQLException {
      return new Risk(
          Boolean.TRUE.equals(row.flag("destructive")),
          Boolean.TRUE.equals(row.flag("read_only")),
          Boolean.TRUE.equals(row.flag("idempotent")));
    }
  }

  /**
   * What a person decided.
   *
   * @param arguments to run with instead; absent: as asked
   * @param text the reason or the answer
   * @param applied true once the call was sent
   */
  public record Decision(
      String decisionId,
      String verdict,
      @Nullable String arguments,
      String text,
      String decidedBy,
      Instant decidedAt,
      boolean signed,
      boolean applied,
      @Nullable Position position) {

    private static Decision of(Row row) throws SQLException {
      return new Decision(
          row.required("decision_id"),
          row.required("verdict"),
          said(row, "decided_arguments", "arguments"),
          present(said(row, "decided_text", "text")),
          row.required("decided_by"),
          row.requiredTime("decided_at"),
          Boolean.TRUE.equals(row.flag("signed")),
          Boolean.TRUE.equals(row.flag("sent")),
          row.position("decision"));
    }
  }

  /**
   * Requests, the newest first; open ones by what expires first.
   *
   * @param status one of {@link #STATUSES}; empty: all
   */
  public Page<Approval> list(
      Optional<String> status,
      Optional<String> session,
      Tenants tenants,
      int limit,
      @Nullable String cursor) {
    boolean open = status.equals(Optional.of(OPEN));
    Select select =
        visible(new Select(), tenants)
            .where("a.status = :status", "status", status)
            .where("a.session_id = :session", "session", session)
            .bind("limit", limit + 1);
    if (open) {
      select.where("a.expires_at > now()");
    }
    String column = open ? "a.expires_at" : "a.requested_at";
    String direction = open ? "" : " DESC";
    Cursor after = Cursor.parse(cursor, 2);
    if (after != null) {
      select
          .where(
              "(%s, a.call_id) %s (:last, :id)".formatted(column, open ? ">" : "<"),
              "last",
              after.time(0))
          .bind("id", after.text(1));
    }
    String sql =
        REQUESTS
            + select.clause()
            + " ORDER BY %1$s%2$s, a.call_id%2$s LIMIT :limit".formatted(column, direction);
    return store.read(
        asked ->
            Page.of(
                asked.list(select, sql, Approval::of),
                limit,
                row -> Cursor.at(open ? row.expiresAt() : row.requestedAt(), row.callId())));
  }

  /** One request; empty if there is none that these tenants may see. */
  public Optional<Approval> find(String call, Tenants tenants) {
    return store.read(asked -> find(asked, call, tenants));
  }

  private static Optional<Approval> find(Asked asked, String call, Tenants tenants) {
    Select select = visible(new Select().where("a.call_id = :call", "call", call), tenants);
    return asked.first(select, REQUESTS + select.clause(), Approval::of);
  }

  private static Select visible(Select select, Tenants tenants) {
    return select.of(tenants, "a.tenant");
  }

  /**
   * Whose tokens submitted the task of a call, and the tasks whose sub-agents it was started by.
   */
  public Set<String> makers(Approval approval) {
    return store.read(
        asked ->
            new LinkedHashSet<>(
                asked.list(
                    new Select()
                        .bind("session", approval.sessionId())
                        .bind("task", approval.taskId()),
                    """
                    WITH RECURSIVE line AS (
                      SELECT t.*, 1 AS depth FROM task t
                      WHERE t.session_id = :session AND t.task_id = :task
                      UNION ALL
                      SELECT p.*, l.depth + 1 FROM line l
                      JOIN task p ON p.session_id = l.parent_session_id AND p.task_id = l.parent_task_id
                      WHERE l.depth < 32)
                    SELECT l.session_id, l.task_id, l.metadata, %s FROM line l WHERE l.metadata IS NOT NULL
                    """
                        .formatted(Row.key("l")),
                    row ->
                        present(
                            maker(
                                row.contentJson(
                                    "metadata",
                                    "task",
                                    "metadata",
                                    row.required("session_id")
                                        + "/"
                                        + row.required("task_id")))))));
  }

  /** Whose token submitted a task, out of its metadata. */
  private static @Nullable String maker(@Nullable JsonNode metadata) {
    return metadata == null
        ? null
        : metadata.path(Sessions.SUBMITTED_BY).asStringOpt().orElse(null);
  }

  /** What a person said with a decision, in the columns of {@code approval_now}. */
  static @Nullable String said(Row row, String column, String name) throws SQLException {
    Position position = row.position("decision");
    return position == null
        ? null
        : row.content(
            column,
            "approval_decision",
            name,
            ContentColumns.row(position.topic(), position.partition(), position.offset()));
  }

  private static String present(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** How many requests are open for these tenants. */
  static long open(Asked asked, Tenants tenants) {
    Select select =
        visible(new Select().where("a.status = 'open'").where("a.expires_at > now()"), tenants);
    List<Long> count =
        asked.list(
            select,
            "SELECT count(*) AS open FROM approval_now a" + select.clause(),
            row -> row.number("open", 0));
    return count.getFirst();
  }
}
