package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.query.Calls.ModelCall;
import dev.weirkeeper.audit.query.Calls.ToolCall;
import dev.weirkeeper.audit.query.Store.Asked;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A session step by step: what was waited for and for how long. */
public final class Timelines {

  /** Characters of arguments that a timeline shows; the call has the rest. */
  private static final int HEAD = 500;

  private static final int NO_TURN = Integer.MAX_VALUE;

  private final Store store;

  public Timelines(Store store) {
    this.store = store;
  }

  /**
   * A stretch of time in which a step waited for one thing.
   *
   * @param phase {@code queued}, {@code model}, {@code tool} or {@code person}
   * @param to absent: it still lasts
   */
  public record Phase(String phase, Instant from, @Nullable Instant to) {}

  /**
   * A model call or a tool call.
   *
   * @param id the call's id
   * @param kind {@code model} or {@code tool}
   * @param name the model or the tool
   * @param number attempt of a model call, place among the turn's calls of a tool call
   * @param from when it was asked for
   * @param to when it was answered; absent: it was not
   * @param tries runs or requests it took
   * @param arguments of a tool call, the beginning
   * @param preview of a tool's result, or the model's text, the beginning
   */
  public record Step(
      String id,
      String kind,
      String taskId,
      @Nullable Integer turn,
      @Nullable Integer number,
      @Nullable String name,
      String status,
      @Nullable String error,
      @Nullable Instant from,
      @Nullable Instant to,
      List<Phase> phases,
      int tries,
      int deliveries,
      @Nullable String stopReason,
      @Nullable TokenCounts usage,
      @Nullable Money cost,
      @Nullable Money unsettled,
      @Nullable String arguments,
      @Nullable String preview,
      @Nullable String executor,
      @Nullable Approval approval,
      Positions positions) {}

  /** What a person was asked and said about a step. */
  public record Approval(
      String status,
      String kind,
      String rule,
      @Nullable String decidedBy,
      @Nullable Instant decidedAt,
      @Nullable String text,
      Instant requestedAt,
      Instant expiresAt) {}

  /** The records a step stems from. */
  public record Positions(
      @Nullable Position asked,
      @Nullable Position call,
      @Nullable Position result,
      @Nullable Position approvalRequest,
      @Nullable Position approvalDecision) {}

  /**
   * A session and some of its steps.
   *
   * @param next cursor of the steps after these; absent: there are none yet
   */
  public record Timeline(
      Sessions.Session session,
      List<Sessions.Task> tasks,
      List<Step> steps,
      @Nullable String next) {}

  /**
   * A decision of the planner.
   *
   * @param effects what was decided, as in the record
   * @param left limits left; each absent: no such limit
   * @param input the record it was decided on; absent: a timer
   */
  public record Event(
      String sessionId,
      long sequence,
      String taskId,
      String type,
      String phase,
      int turn,
      String state,
      String reason,
      @Nullable String timer,
      @Nullable JsonNode effects,
      Left left,
      Money spent,
      long steps,
      long tokens,
      Instant at,
      String hash,
      String previousHash,
      @Nullable Position input,
      Position position) {

    private static Event of(Row row) throws SQLException {
      String inputTopic = row.text("input_topic");
      return new Event(
          row.required("session_id"),
          row.number("sequence", 0),
          row.required("task_id"),
          row.required("type"),
          row.required("phase").toLowerCase(java.util.Locale.ROOT),
          (int) row.number("turn", 0),
          row.required("state"),
          row.required("reason"),
          row.text("timer"),
          row.json("effects"),
          new Left(
              row.integer("left_steps"),
              row.number("left_tokens"),
              row.moneyOrNull("left_nano_usd"),
              row.number("left_duration_ms")),
          row.money("spent_nano_usd"),
          row.number("steps", 0),
          row.number("tokens", 0),
          row.requiredTime("at"),
          row.required("hash"),
          row.required("previous_hash"),
          inputTopic == null
              ? null
              : new Position(
                  inputTopic,
                  (int) row.number("input_partition", 0),
                  row.number("input_offset", 0)),
          row.position());
    }
  }

  /** Limits left after a decision. */
  public record Left(
      @Nullable Integer steps,
      @Nullable Long tokens,
      @Nullable Money cost,
      @Nullable Long durationMs) {}

  /** The steps of a session in order; empty if there is no such session for these tenants. */
  public Optional<Timeline> steps(
      String session, Tenants tenants, int limit, @Nullable String cursor) {
    Cursor after = Cursor.parse(cursor, 3);
    return store.snapshot(
        asked ->
            Sessions.session(asked, session, tenants)
                .map(found -> timeline(asked, found, limit, after)));
  }

  /** What orders the steps of a session: turn, the model before its tools, and the place there. */
  private record Place(int turn, int rank, int number, Step step) {
    Cursor cursor() {
      return Cursor.at(turn, rank, number);
    }
  }

  private static Timeline timeline(
      Asked asked, Sessions.Session session, int limit, @Nullable Cursor after) {
    String id = session.sessionId();
    Map<String, ApprovalRow> approvals = approvals(asked, id);
    List<Sessions.Task> tasks = Sessions.tasks(asked, id);
    Map<String, Instant> ends = new HashMap<>();
    for (Sessions.Task task : tasks) {
      if (task.endedAt() != null) {
        ends.put(task.taskId(), task.endedAt());
      }
    }
    List<Place> places = new ArrayList<>();
    for (ModelCall call : models(asked, id, limit, after)) {
      places.add(
          new Place(
              call.turn() == null ? NO_TURN : call.turn(),
              0,
              call.attempt() == null ? 0 : call.attempt(),
              step(call)));
    }
    for (ToolCall call : tools(asked, id, limit, after)) {
      places.add(
          new Place(
              call.turn() == null ? NO_TURN : call.turn(),
              1,
              call.index() == null ? 0 : call.index(),
              step(call, approvals.get(call.callId()), ends.get(call.taskId()))));
    }
    places.sort(
        Comparator.comparingInt(Place::turn)
            .thenComparingInt(Place::rank)
            .thenComparingInt(Place::number));
    boolean more = places.size() > limit;
    List<Place> shown = more ? places.subList(0, limit) : places;
    return new Timeline(
        session,
        tasks,
        shown.stream().map(Place::step).toList(),
        more ? shown.getLast().cursor().text() : null);
  }

  private static List<ModelCall> models(
      Asked asked, String session, int limit, @Nullable Cursor after) {
    Select select = from(session, limit, after, "attempt", 0);
    return asked.list(
        select,
        Calls.MODEL_CALLS
            + select.clause()
            + " ORDER BY c.turn NULLS LAST, c.attempt NULLS FIRST LIMIT :limit",
        ModelCall::of);
  }

  private static List<ToolCall> tools(
      Asked asked, String session, int limit, @Nullable Cursor after) {
    Select select = from(session, limit, after, "index", 1);
    return asked.list(
        select,
        Calls.TOOL_CALLS
            + select.clause()
            + " ORDER BY c.turn NULLS LAST, c.index NULLS FIRST LIMIT :limit",
        row -> ToolCall.of(row, HEAD));
  }

  private static Select from(
      String session, int limit, @Nullable Cursor after, String number, int rank) {
    Select select =
        new Select()
            .where("c.session_id = :session", "session", session)
            .bind("limit", limit + 1)
            .bind("head", HEAD);
    if (after != null) {
      select
          .where(
              "(coalesce(c.turn, %d), %d, coalesce(c.%s, 0)) > (:turn, :rank, :number)"
                  .formatted(NO_TURN, rank, number),
              "turn",
              after.number(0))
          .bind("rank", after.number(1))
          .bind("number", after.number(2));
    }
    return select;
  }

  private record ApprovalRow(Approval approval, Position request, @Nullable Position decision) {}

  private static Map<String, ApprovalRow> approvals(Asked asked, String session) {
    Map<String, ApprovalRow> byCall = new HashMap<>();
    asked
        .list(
            new Select().bind("session", session),
            "SELECT a.*, " + Row.key("a") + " FROM approval_now a WHERE a.session_id = :session",
            row ->
                Map.entry(
                    row.required("call_id"),
                    new ApprovalRow(
                        new Approval(
                            row.required("status"),
                            row.required("kind"),
                            row.required("rule"),
                            row.text("decided_by"),
                            row.time("decided_at"),
                            Approvals.said(row, "decided_text", "text"),
                            row.requiredTime("requested_at"),
                            row.requiredTime("expires_at")),
                        row.position(),
                        row.position("decision"))))
        .forEach(entry -> byCall.put(entry.getKey(), entry.getValue()));
    return byCall;
  }

  private static Step step(ModelCall call) {
    Instant end = call.endedAt();
    List<Phase> phases = new ArrayList<>();
    Instant from = call.requestedAt() == null ? call.startedAt() : call.requestedAt();
    if (from != null) {
      Instant began = call.startedAt();
      if (began == null) {
        phases.add(new Phase(call.status().equals("lost") ? "model" : "queued", from, null));
      } else {
        queued(phases, from, began);
        phases.add(new Phase("model", began, end));
      }
    }
    return new Step(
        call.callId(),
        "model",
        call.taskId(),
        call.turn(),
        call.attempt(),
        call.model(),
        call.status(),
        call.error(),
        from,
        end,
        phases,
        call.httpAttempts() == null ? 0 : call.httpAttempts(),
        0,
        call.stopReason(),
        call.outcome() == null ? null : call.usage(),
        call.cost().settled(),
        call.cost().unsettled(),
        null,
        null,
        null,
        null,
        new Positions(null, call.position(), call.replyPosition(), null, null));
  }

  private static Step step(
      ToolCall call, @Nullable ApprovalRow approval, @Nullable Instant taskEnd) {
    List<Phase> phases = new ArrayList<>();
    Instant from = call.askedAt() == null ? call.requestedAt() : call.askedAt();
    Instant end = call.endedAt();
    if (approval != null) {
      phases.add(
          new Phase("person", approval.approval().requestedAt(), waited(approval, call, taskEnd)));
    }
    Instant sent = call.requestedAt();
    if (sent != null) {
      Instant began = call.startedAt();
      if (began == null) {
        phases.add(new Phase("queued", sent, call.closedAt()));
      } else {
        queued(phases, sent, began);
        phases.add(new Phase("tool", began, end));
      }
    }
    if (end == null && !phases.isEmpty()) {
      end = phases.getLast().to();
    }
    if (end == null && approval == null && sent == null && !call.status().equals("open")) {
      end = from;
    }
    return new Step(
        call.callId(),
        "tool",
        call.taskId(),
        call.turn(),
        call.index(),
        call.tool(),
        status(call, approval),
        call.error() == null ? call.problem() : call.error(),
        earlier(from, phases),
        end,
        phases,
        call.tries() == null ? 0 : call.tries(),
        call.deliveryCount() == null ? 0 : call.deliveryCount(),
        null,
        null,
        call.cost(),
        null,
        call.arguments(),
        call.preview(),
        call.executor(),
        approval == null ? null : approval.approval(),
        new Positions(
            call.askedPosition(),
            call.position(),
            call.resultPosition(),
            approval == null ? null : approval.request(),
            approval == null ? null : approval.decision()));
  }

  /** Until when a person was waited for: the decision, or what came instead of one. */
  private static @Nullable Instant waited(
      ApprovalRow approval, ToolCall call, @Nullable Instant taskEnd) {
    if (approval.approval().decidedAt() != null) {
      return approval.approval().decidedAt();
    }
    if (approval.approval().status().equals("open")) {
      return null;
    }
    Instant expiry = approval.approval().expiresAt();
    Instant closed = call.closedAt() == null ? taskEnd : call.closedAt();
    return closed == null || expiry.isBefore(closed) ? expiry : closed;
  }

  private static String status(ToolCall call, @Nullable ApprovalRow approval) {
    if (approval == null || call.position() != null) {
      return call.status();
    }
    return switch (approval.approval().status()) {
      case "open" -> "waiting";
      case "rejected" -> "rejected";
      case "answered" -> "ok";
      case "expired" -> "timeout";
      case "ended" -> "cancelled";
      default -> call.status();
    };
  }

  /** Clocks of several machines tell the times of one step; it begins with the first of them. */
  private static @Nullable Instant earlier(@Nullable Instant from, List<Phase> phases) {
    return from == null || phases.isEmpty() || from.isBefore(phases.getFirst().from())
        ? from
        : phases.getFirst().from();
  }

  private static void queued(List<Phase> phases, Instant from, Instant began) {
    if (from.isBefore(began)) {
      phases.add(new Phase("queued", from, began));
    }
  }

  /**
   * The planner's decisions about a session in order; empty if there is no such session for these
   * tenants.
   */
  public Optional<Page<Event>> events(
      String session, Tenants tenants, int limit, @Nullable String cursor) {
    Cursor after = Cursor.parse(cursor, 1);
    return store.snapshot(
        asked ->
            Sessions.session(asked, session, tenants)
                .map(
                    found ->
                        Page.of(
                            events(asked, session, after == null ? 0 : after.number(0), limit + 1),
                            limit,
                            event -> Cursor.at(event.sequence()))));
  }

  private static List<Event> events(Asked asked, String session, long after, int limit) {
    return asked.list(
        new Select().bind("session", session).bind("after", after).bind("limit", limit),
        """
        SELECT * FROM session_event WHERE session_id = :session AND sequence > :after
        ORDER BY sequence LIMIT :limit
        """,
        Event::of);
  }
}
