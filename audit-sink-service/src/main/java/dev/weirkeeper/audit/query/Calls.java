package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.seal.Seal;
import dev.weirkeeper.audit.store.StoredText;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Questions about model calls and tool calls. */
public final class Calls {

  static final String MODEL_CALLS =
      """
      SELECT c.*, %s, coalesce(c.tenant, t.tenant, t.asked_tenant) AS of_tenant
      FROM model_call c
      LEFT JOIN task t ON t.session_id = c.session_id AND t.task_id = c.task_id
      """
          .formatted(Row.key("c"));

  static final String TOOL_CALLS =
      """
      SELECT c.call_id, c.session_id, c.task_id, c.turn, c.index, c.tool, c.problem, c.asked_at,
             c.ask_topic_id, c.ask_partition, c.ask_offset, c.attempt, c.tool_version,
             CASE WHEN c.arguments LIKE 'sealed:%%' THEN c.arguments ELSE left(c.arguments, :head) END
               AS sent_arguments,
             CASE WHEN c.asked_arguments LIKE 'sealed:%%' THEN c.asked_arguments
                  ELSE left(c.asked_arguments, :head) END AS asked_arguments,
             length(coalesce(c.arguments, c.asked_arguments)) AS arguments_length,
             c.arguments = c.asked_arguments AS as_asked, %s,
             c.arguments_hash, c.deadline, c.rule, c.decided_by, c.decision_id, c.requested_at,
             c.call_topic_id, c.call_partition, c.call_offset, c.outcome, c.error, c.preview,
             c.full_bytes, c.handle, c.tries, c.delivery_count, c.from_journal, c.executor,
             c.started_at, c.duration_ms, c.cost_nano_usd, c.steps, c.result_topic_id,
             c.result_partition, c.result_offset, c.closed, c.closed_at, s.state AS session_state,
             coalesce(c.tenant, t.tenant, t.asked_tenant) AS of_tenant,
             coalesce(c.agent, t.agent, t.asked_agent) AS of_agent, t.results AS task_results,
             (SELECT max(m.turn) FROM model_call m WHERE m.session_id = c.session_id) > c.turn AS passed
      FROM tool_call c
      LEFT JOIN session s ON s.session_id = c.session_id
      LEFT JOIN task t ON t.session_id = c.session_id AND t.task_id = c.task_id
      """
          .formatted(Row.key("c"));

  /** Characters of arguments that are shown: more than a record holds. */
  private static final int WHOLE = 64 << 20;

  private static final int HEAD = 500;

  private static final String TOOL_CALL = "tool_call";

  private final Store store;

  public Calls(Store store) {
    this.store = store;
  }

  /**
   * A model call.
   *
   * @param status open, ok, the kind of error, or lost: its reply never came
   * @param outcome {@code ok} or the kind of error; absent: no reply yet
   * @param position of the call
   * @param replyPosition of its reply
   */
  public record ModelCall(
      String callId,
      String sessionId,
      String taskId,
      @Nullable Integer turn,
      @Nullable Integer attempt,
      @Nullable String tenant,
      @Nullable String agent,
      @Nullable String agentVersion,
      @Nullable String provider,
      @Nullable String model,
      @Nullable String askedModel,
      String status,
      @Nullable String outcome,
      @Nullable String error,
      @Nullable Integer httpStatus,
      @Nullable String stopReason,
      TokenCounts usage,
      @Nullable Boolean usageReported,
      Amounts cost,
      @Nullable Money replyCost,
      @Nullable String priceBook,
      @Nullable Boolean fallbackPrice,
      @Nullable String requestHash,
      @Nullable Long inputTokensBound,
      @Nullable Long maxOutputTokens,
      @Nullable Integer messages,
      @Nullable String providerRequestId,
      @Nullable Integer httpAttempts,
      List<String> tools,
      @Nullable Instant requestedAt,
      @Nullable Instant startedAt,
      @Nullable Long firstTokenMs,
      @Nullable Long durationMs,
      @Nullable Position position,
      @Nullable Position replyPosition) {

    static ModelCall of(Row row) throws SQLException {
      String outcome = row.text("outcome");
      Amounts cost = Amounts.of(row);
      List<String> tools = row.texts("tools");
      return new ModelCall(
          row.required("call_id"),
          row.required("session_id"),
          row.required("task_id"),
          row.integer("turn"),
          row.integer("attempt"),
          row.text("of_tenant"),
          row.text("agent"),
          row.text("agent_version"),
          row.text("provider"),
          row.text("model") == null ? row.text("asked_model") : row.text("model"),
          row.text("asked_model"),
          outcome != null ? outcome : cost.unsettled().nanoUsd() != 0 ? "lost" : "open",
          outcome,
          row.content("error", "model_call", "error", row.required("call_id")),
          row.integer("http_status"),
          row.text("stop_reason"),
          TokenCounts.of(row),
          row.flag("usage_reported"),
          cost,
          row.moneyOrNull("cost_nano_usd"),
          row.text("price_book") == null ? row.text("reply_price_book") : row.text("price_book"),
          row.flag("fallback_price"),
          row.text("request_hash"),
          row.number("input_tokens_bound"),
          row.number("max_output_tokens"),
          row.integer("messages"),
          row.text("provider_request_id"),
          row.integer("http_attempts"),
          tools == null ? List.of() : tools,
          row.time("requested_at"),
          row.time("started_at"),
          row.number("first_token_ms"),
          row.number("duration_ms"),
          row.position("call"),
          row.position("reply"));
    }

    @Nullable Instant endedAt() {
      return startedAt == null || durationMs == null ? null : startedAt.plusMillis(durationMs);
    }
  }

  /**
   * A tool call.
   *
   * @param status {@code open}, {@code ok}, {@code closed} where the planner answered in a tool's
   *     place, or the code of the error
   * @param arguments as they were sent, or else as the model asked
   * @param argumentsLength characters of the whole arguments
   * @param askedArguments as the model asked, where others were sent
   * @param problem why they could not be sent as the model asked
   * @param askedPosition of the reply that asked for it
   * @param position of the call; absent: it was not sent
   * @param resultPosition of its result
   */
  public record ToolCall(
      String callId,
      String sessionId,
      String taskId,
      @Nullable Integer turn,
      @Nullable Integer index,
      @Nullable String tenant,
      @Nullable String agent,
      @Nullable String tool,
      @Nullable String toolVersion,
      String status,
      @Nullable String outcome,
      @Nullable String error,
      @Nullable String problem,
      @Nullable String arguments,
      @Nullable Integer argumentsLength,
      @Nullable String askedArguments,
      @Nullable String argumentsHash,
      @Nullable String rule,
      @Nullable String decidedBy,
      @Nullable String decisionId,
      @Nullable Integer attempt,
      @Nullable String preview,
      @Nullable Long fullBytes,
      @Nullable String handle,
      @Nullable Integer tries,
      @Nullable Integer deliveryCount,
      @Nullable Boolean fromJournal,
      @Nullable String executor,
      @Nullable Money cost,
      @Nullable Integer steps,
      @Nullable Instant askedAt,
      @Nullable Instant requestedAt,
      @Nullable Instant deadline,
      @Nullable Instant startedAt,
      @Nullable Long durationMs,
      @Nullable String closed,
      @Nullable Instant closedAt,
      @Nullable Position askedPosition,
      @Nullable Position position,
      @Nullable Position resultPosition) {

    static ToolCall of(Row row, int head) throws SQLException {
      String call = row.required("call_id");
      String sent = row.content("sent_arguments", TOOL_CALL, "arguments", call);
      String asked = row.content("asked_arguments", TOOL_CALL, "asked_arguments", call);
      boolean sealed =
          String.valueOf(row.text("asked_arguments")).startsWith(Seal.MARK)
              || String.valueOf(row.text("sent_arguments")).startsWith(Seal.MARK);
      boolean asAsked =
          sent == null || (sealed ? sent.equals(asked) : Boolean.TRUE.equals(row.flag("as_asked")));
      String shown = sent == null ? asked : sent;
      String outcome = row.text("outcome");
      String closed = row.text("closed");
      boolean over =
          row.number("task_results", 0) > 0
              || Boolean.TRUE.equals(row.flag("passed"))
              || "Idle".equals(row.text("session_state"));
      return new ToolCall(
          row.required("call_id"),
          row.required("session_id"),
          row.required("task_id"),
          row.integer("turn"),
          row.integer("index"),
          row.text("of_tenant"),
          row.text("of_agent"),
          row.text("tool"),
          row.text("tool_version"),
          closed != null ? closed : outcome != null ? outcome : over ? "closed" : "open",
          outcome,
          row.content("error", TOOL_CALL, "error", call),
          row.content("problem", TOOL_CALL, "problem", call),
          shown == null ? null : StoredText.head(shown, head),
          sealed && shown != null
              ? Integer.valueOf(shown.length())
              : row.integer("arguments_length"),
          asAsked || asked == null ? null : StoredText.head(asked, head),
          row.text("arguments_hash"),
          row.text("rule"),
          row.text("decided_by"),
          row.text("decision_id"),
          row.integer("attempt"),
          row.content("preview", TOOL_CALL, "preview", call),
          row.number("full_bytes"),
          row.text("handle"),
          row.integer("tries"),
          row.integer("delivery_count"),
          row.flag("from_journal"),
          row.text("executor"),
          row.moneyOrNull("cost_nano_usd"),
          row.integer("steps"),
          row.time("asked_at"),
          row.time("requested_at"),
          row.time("deadline"),
          row.time("started_at"),
          row.number("duration_ms"),
          closed,
          row.time("closed_at"),
          row.position("ask"),
          row.position("call"),
          row.position("result"));
    }

    @Nullable Instant endedAt() {
      return startedAt == null || durationMs == null ? null : startedAt.plusMillis(durationMs);
    }
  }

  /**
   * Which calls are asked for; empty: whatever it is.
   *
   * @param name the model or the tool
   * @param outcome {@code ok}, or the kind of error
   */
  public record Filter(
      Optional<String> session,
      Optional<String> task,
      Optional<String> name,
      Optional<String> outcome,
      Optional<Instant> from,
      Optional<Instant> to) {}

  /** Model calls, the newest first. */
  public Page<ModelCall> models(
      Filter filter, Tenants tenants, int limit, @Nullable String cursor) {
    Select select =
        select(filter, tenants, limit, cursor)
            .where("(c.model = :name OR c.asked_model = :name)", "name", filter.name());
    return store.read(
        asked ->
            Page.of(
                asked.list(select, MODEL_CALLS + select.clause() + NEWEST_FIRST, ModelCall::of),
                limit,
                call -> cursor(call.requestedAt(), call.callId())));
  }

  /** Tool calls that were sent, the newest first. */
  public Page<ToolCall> tools(Filter filter, Tenants tenants, int limit, @Nullable String cursor) {
    Select select =
        select(filter, tenants, limit, cursor)
            .where("c.tool = :name", "name", filter.name())
            .bind("head", HEAD);
    return store.read(
        asked ->
            Page.of(
                asked.list(
                    select,
                    TOOL_CALLS + select.clause() + NEWEST_FIRST,
                    row -> ToolCall.of(row, HEAD)),
                limit,
                call -> cursor(call.requestedAt(), call.callId())));
  }

  private static final String NEWEST_FIRST =
      " ORDER BY c.requested_at DESC, c.call_id DESC LIMIT :limit";

  private static Select select(Filter filter, Tenants tenants, int limit, @Nullable String cursor) {
    Select select =
        visible(new Select(), tenants)
            .where("c.requested_at IS NOT NULL")
            .where("c.session_id = :session", "session", filter.session())
            .where("c.task_id = :task", "task", filter.task())
            .where("c.outcome = :outcome", "outcome", filter.outcome())
            .where("c.requested_at >= :from", "from", filter.from())
            .where("c.requested_at < :to", "to", filter.to())
            .bind("limit", limit + 1);
    return select.after(Cursor.parse(cursor, 2), "c.requested_at", "c.call_id");
  }

  private static Cursor cursor(@Nullable Instant requestedAt, String id) {
    return Cursor.at(requestedAt == null ? Instant.EPOCH : requestedAt, id);
  }

  private static Select visible(Select select, Tenants tenants) {
    return select.of(tenants, "coalesce(c.tenant, t.tenant, t.asked_tenant)");
  }

  /** One model call; empty if there is none that these tenants may see. */
  public Optional<ModelCall> model(String id, Tenants tenants) {
    Select select = visible(new Select().where("c.call_id = :id", "id", id), tenants);
    return store.read(asked -> asked.first(select, MODEL_CALLS + select.clause(), ModelCall::of));
  }

  /** One tool call with all of its arguments; empty if there is none that these tenants may see. */
  public Optional<ToolCall> tool(String id, Tenants tenants) {
    Select select =
        visible(new Select().where("c.call_id = :id", "id", id), tenants).bind("head", WHOLE);
    return store.read(
        asked -> asked.first(select, TOOL_CALLS + select.clause(), row -> ToolCall.of(row, WHOLE)));
  }
}
