package dev.weirkeeper.audit.http;

import static dev.weirkeeper.audit.http.Route.post;

import dev.weirkeeper.audit.access.Right;
import dev.weirkeeper.audit.http.Problem.Kind;
import dev.weirkeeper.audit.http.Route.Answer;
import dev.weirkeeper.audit.order.Orders;
import dev.weirkeeper.audit.query.Approvals;
import dev.weirkeeper.audit.query.Approvals.Approval;
import dev.weirkeeper.audit.query.Position;
import dev.weirkeeper.audit.query.Sessions;
import dev.weirkeeper.audit.query.Sessions.Owner;
import dev.weirkeeper.audit.query.Store;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The routes by which people tell the system what to do. Each order names its maker. */
final class Ordering {

  private static final String DEFAULT = "default";
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_TEXT = 200_000;
  private static final int LONGEST_REASON = 4_000;
  private static final int MOST_METADATA = 50;

  private final Orders orders;
  private final Sessions sessions;
  private final Approvals approvals;
  private final boolean selfApproval;
  private final InstantSource clock;

  Ordering(Orders orders, Store store, boolean selfApproval, InstantSource clock) {
    this.orders = orders;
    this.sessions = new Sessions(store);
    this.approvals = new Approvals(store);
    this.selfApproval = selfApproval;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        post("/api/v1/tasks", Right.OPERATE, this::submit),
        post(
            "/api/v1/sessions/{session_id}/cancel",
            Right.OPERATE,
            request -> control(request, ControlKind.CANCEL)),
        post(
            "/api/v1/sessions/{session_id}/pause",
            Right.OPERATE,
            request -> control(request, ControlKind.PAUSE)),
        post(
            "/api/v1/sessions/{session_id}/resume",
            Right.OPERATE,
            request -> control(request, ControlKind.RESUME)),
        post("/api/v1/approvals/<call_id>/decision", Right.DECIDE, this::decide));
  }

  /** A task to submit; what is left out has the usual value. */
  record NewTask(
      @Nullable String text,
      @Nullable String taskId,
      @Nullable String sessionId,
      @Nullable String agent,
      @Nullable String agentVersion,
      @Nullable String tenant,
      @Nullable String subject,
      @Nullable Map<String, String> metadata,
      @Nullable NewLimits limits) {}

  /** Limits of a task; what is left out is as the agent has it. */
  record NewLimits(
      @Nullable Integer maxSteps,
      @Nullable Long maxTokens,
      @Nullable Long maxCostNanoUsd,
      @Nullable Long maxSessionCostNanoUsd,
      @Nullable Long maxDurationMs,
      @Nullable Map<String, Integer> maxCallsPerTool) {}

  /** A task that is on its topic. */
  record Submitted(
      String taskId, String sessionId, String tenant, String submittedBy, Position position) {}

  private Answer submit(Request request) {
    request.only();
    NewTask asked = request.body(NewTask.class);
    String text = asked.text();
    if (text == null || text.isBlank()) {
      throw Problem.badRequest("text is missing: say what is to be done");
    }
    bounded("text", text, LONGEST_TEXT);
    String tenant = tenant(request, asked.tenant());
    String session = asked.sessionId();
    if (session != null) {
      named("session_id", session);
      if (sessions.owner(session, request.tenants()) == Owner.OTHERS) {
        throw new Problem(
            Kind.FORBIDDEN,
            "session '%s' can't be used with this token: leave session_id out for a new session"
                .formatted(session));
      }
    } else {
      session = "s-" + fresh();
    }
    String id = asked.taskId() == null ? "t-" + fresh() : named("task_id", asked.taskId());
    Map<String, String> metadata =
        asked.metadata() == null ? new HashMap<>() : new HashMap<>(asked.metadata());
    if (metadata.size() > MOST_METADATA) {
      throw Problem.badRequest("metadata may have %d entries at most".formatted(MOST_METADATA));
    }
    metadata.forEach(
        (name, value) -> {
          named("metadata", name);
          if (value == null) {
            throw Problem.badRequest("metadata '%s' is null: give a text".formatted(name));
          }
          bounded("metadata '" + name + "'", value, LONGEST_REASON);
        });
    metadata.put(Sessions.SUBMITTED_BY, request.token().name());
    Task task =
        Task.newBuilder()
            .setTaskId(id)
            .setSessionId(session)
            .setText(text)
            .setAgent(asked.agent() == null ? DEFAULT : named("agent", asked.agent()))
            .setAgentVersion(
                asked.agentVersion() == null ? null : named("agent_version", asked.agentVersion()))
            .setLimits(limits(asked.limits()))
            .setTenant(tenant)
            .setSubject(asked.subject() == null ? null : named("subject", asked.subject()))
            .setMetadata(metadata)
            .setSubmittedAt(clock.instant())
            .build();
    return Answer.accepted(
        new Submitted(id, session, tenant, request.token().name(), orders.submit(task)));
  }

  private static String tenant(Request request, @Nullable String asked) {
    if (asked == null) {
      return request.tenants().names().size() == 1
          ? request.tenants().names().iterator().next()
          : require(request, DEFAULT);
    }
    return require(request, named("tenant", asked));
  }

  private static String require(Request request, String tenant) {
    if (!request.tenants().see(tenant)) {
      throw new Problem(
          Kind.FORBIDDEN,
          "this token can't submit for tenant '%s', only for %s"
              .formatted(tenant, request.tenants()));
    }
    return tenant;
  }

  private static @Nullable Limits limits(@Nullable NewLimits asked) {
    if (asked == null) {
      return null;
    }
    Limits.Builder limits = Limits.newBuilder();
    if (asked.maxSteps() != null) {
      limits.setMaxSteps((int) positive("limits.max_steps", asked.maxSteps()));
    }
    if (asked.maxTokens() != null) {
      limits.setMaxTokens(positive("limits.max_tokens", asked.maxTokens()));
    }
    if (asked.maxCostNanoUsd() != null) {
      limits.setMaxCostNanoUsd(positive("limits.max_cost_nano_usd", asked.maxCostNanoUsd()));
    }
    if (asked.maxSessionCostNanoUsd() != null) {
      limits.setMaxSessionCostNanoUsd(
          positive("limits.max_session_cost_nano_usd", asked.maxSessionCostNanoUsd()));
    }
    if (asked.maxDurationMs() != null) {
      limits.setMaxDurationMs(positive("limits.max_duration_ms", asked.maxDurationMs()));
    }
    if (asked.maxCallsPerTool() != null) {
      limits.setMaxCallsPerTool(asked.maxCallsPerTool());
    }
    return limits.build();
  }

  private static long positive(String field, long value) {
    if (value < 1) {
      throw Problem.badRequest("%s is %d: 1 or more is expected".formatted(field, value));
    }
    return value;
  }

  /** Which task to stop, and why. */
  record NewControl(@Nullable String taskId, @Nullable String reason) {}

  /** A control that is on its topic. */
  record Controlled(
      String controlId, String sessionId, String kind, String requestedBy, Position position) {}

  private Answer control(Request request, ControlKind kind) {
    request.only();
    String session = request.path("session_id");
    NewControl asked = request.body(NewControl.class);
    String reason = asked.reason() == null ? "" : asked.reason();
    bounded("reason", reason, LONGEST_REASON);
    if (asked.taskId() != null && kind != ControlKind.CANCEL) {
      throw Problem.badRequest(
          "task_id is for cancel only: a session is paused and resumed as a whole");
    }
    if (sessions.owner(session, request.tenants()) != Owner.THESE) {
      throw Problem.notFound("session", session);
    }
    Control control =
        Control.newBuilder()
            .setControlId("control-" + UUID.randomUUID())
            .setSessionId(session)
            .setTaskId(asked.taskId() == null ? null : named("task_id", asked.taskId()))
            .setKind(kind)
            .setReason(reason)
            .setRequestedBy(request.token().name())
            .setRequestedAt(clock.instant())
            .build();
    return Answer.accepted(
        new Controlled(
            control.getControlId(),
            session,
            kind.name().toLowerCase(Locale.ROOT),
            request.token().name(),
            orders.control(control)));
  }

  /**
   * What a person decides.
   *
   * @param verdict {@code approve}, {@code reject}, {@code edit} or {@code answer}
   * @param argumentsHash of the request: what the person saw
   * @param arguments for {@code edit}: a JSON object in text
   * @param text for {@code reject} the reason, for {@code answer} the answer
   */
  record NewDecision(
      @Nullable String verdict,
      @Nullable String argumentsHash,
      @Nullable String arguments,
      @Nullable String text) {}

  /** A decision that is on its topic. */
  record Decided(
      String decisionId,
      String callId,
      String verdict,
      String decidedBy,
      boolean signed,
      Position position) {}

  private Answer decide(Request request) {
    request.only();
    String call = request.path("call_id");
    NewDecision asked = request.body(NewDecision.class);
    Verdict verdict = verdict(asked.verdict());
    Approval approval =
        approvals
            .find(call, request.tenants())
            .orElseThrow(() -> Problem.notFound("approval request for call", call));
    requireFits(approval, verdict, asked);
    requireOpen(approval, clock.instant());
    if (!selfApproval && approvals.makers(approval).contains(request.token().name())) {
      throw new Problem(
          Kind.SELF_APPROVAL,
          "%s submitted the task of this call and can't decide on it: somebody else must"
              .formatted(request.token().name()));
    }
    String text = asked.text() == null ? "" : asked.text();
    bounded("text", text, LONGEST_REASON);
    Optional<String> arguments =
        verdict == Verdict.EDIT ? Optional.of(arguments(asked.arguments())) : Optional.empty();
    ApprovalDecision decision =
        ApprovalDecision.newBuilder()
            .setDecisionId("decision-" + UUID.randomUUID())
            .setCallId(call)
            .setSessionId(approval.sessionId())
            .setArgumentsHash(approval.argumentsHash())
            .setVerdict(verdict)
            .setArguments(arguments.orElse(null))
            .setText(text)
            .setDecidedBy(request.token().name())
            .setDecidedAt(clock.instant())
            .build();
    return Answer.accepted(
        new Decided(
            decision.getDecisionId(),
            call,
            verdict.name().toLowerCase(Locale.ROOT),
            request.token().name(),
            orders.signs(),
            orders.decide(decision)));
  }

  private static Verdict verdict(@Nullable String word) {
    return switch (word == null ? "" : word) {
      case "approve" -> Verdict.APPROVE;
      case "reject" -> Verdict.REJECT;
      case "edit" -> Verdict.EDIT;
      case "answer" -> Verdict.ANSWER;
      default ->
          throw Problem.badRequest(
              "verdict is '%s': it can be approve, reject, edit, answer"
                  .formatted(word == null ? "" : word));
    };
  }

  private static void requireFits(Approval approval, Verdict verdict, NewDecision asked) {
    boolean question = approval.kind().equals("question");
    if (question && (verdict == Verdict.APPROVE || verdict == Verdict.EDIT)) {
      throw Problem.badRequest("this request is a question: use the verdict answer, or reject");
    }
    if (!question && verdict == Verdict.ANSWER) {
      throw Problem.badRequest(
          "this request asks for a yes or no: use the verdict approve, edit or reject");
    }
    if (verdict != Verdict.EDIT && asked.arguments() != null) {
      throw Problem.badRequest("arguments are for the verdict edit only");
    }
    if (verdict == Verdict.ANSWER && (asked.text() == null || asked.text().isBlank())) {
      throw Problem.badRequest("text is missing: it is the answer");
    }
    String hash = asked.argumentsHash();
    if (hash == null) {
      throw Problem.badRequest(
          "arguments_hash is missing: send the one of the request, so that the decision is bound to"
              + " the arguments that were seen");
    }
    if (!hash.equals(approval.argumentsHash())) {
      throw new Problem(
          Kind.CONFLICT,
          "arguments_hash is not that of the request: read the request again, it asks for other"
              + " arguments");
    }
  }

  private static void requireOpen(Approval approval, Instant now) {
    if (!approval.status().equals("open")) {
      Approvals.Decision made = approval.decision();
      throw new Problem(
              Kind.CONFLICT,
              made == null
                  ? "the request is %s, not open any more".formatted(approval.status())
                  : "the request was %s by %s at %s"
                      .formatted(approval.status(), made.decidedBy(), made.decidedAt()))
          .with("request_status", approval.status());
    }
    if (!now.isBefore(approval.expiresAt())) {
      throw new Problem(Kind.CONFLICT, "the request expired at " + approval.expiresAt())
          .with("request_status", "expired");
    }
  }

  private static String arguments(@Nullable String text) {
    if (text == null) {
      throw Problem.badRequest("arguments are missing: with the verdict edit, send a JSON object");
    }
    bounded("arguments", text, LONGEST_TEXT);
    Json.object("arguments", text);
    return text;
  }

  private static String named(String field, String name) {
    if (name.isBlank() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
      throw Problem.badRequest(
          "%s must have 1 to %d characters and no NUL".formatted(field, LONGEST_NAME));
    }
    return name;
  }

  private static void bounded(String field, String text, int longest) {
    if (text.length() > longest) {
      throw Problem.badRequest(
          "%s has %d characters: at most %d are taken".formatted(field, text.length(), longest));
    }
  }

  private static String fresh() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 12);
  }
}
