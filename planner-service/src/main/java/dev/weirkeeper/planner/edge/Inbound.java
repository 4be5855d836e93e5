package dev.weirkeeper.planner.edge;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.json.ArgumentCheck;
import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.ToolErrorText;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.CallError;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.Bill;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.PauseRequested;
import dev.weirkeeper.planner.session.SessionEvent.Reply;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import dev.weirkeeper.planner.session.SessionEvent.ResumeRequested;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionEvent.TaskSubmitted;
import dev.weirkeeper.planner.session.SessionEvent.TaskUnservable;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionEvent.TimerFired;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.Waiting;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.BudgetGrant;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.ForkStart;
import dev.weirkeeper.wire.JournalRecord;
import dev.weirkeeper.wire.ModelError;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the wire says, as the core's events. The only way in: live inputs and the journal go through
 * the same code, so a state that is folded again is the state that was.
 *
 * @param pinned finds what a digest names
 */
public record Inbound(Function<String, Pinned> pinned) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Longest arguments of a call. */
  private static final int MOST_ARGUMENT_BYTES = 256 * 1024;

  /** The event that a journal record stands for. */
  public SessionEvent event(JournalRecord record) {
    Instant at = record.getAt();
    return switch (record.getInput()) {
      case Task task -> task(at, task, record);
      case Control control -> control(at, control);
      case ModelReply reply -> reply(at, reply);
      case ToolResult result -> result(at, result);
      case ApprovalDecision decision -> decision(at, decision, record.getRefusal());
      case BudgetGrant grant ->
          new BudgetGranted(
              at,
              grant.getRequestId(),
              grant.getTenant(),
              new NanoUsd(grant.getGrantedNanoUsd()),
              LocalDate.parse(grant.getDay()));
      case dev.weirkeeper.wire.TimerFired fired ->
          new TimerFired(at, Timers.parse(fired.getTimer()));
      case ForkPart part -> fork(at, part, record);
      default ->
          throw new IllegalStateException(
              "the journal holds a " + record.getInput().getClass().getName());
    };
  }

  /** Edited arguments must fit the tool; what is wrong with a decision is journaled with it. */
  public ApprovalDecision checked(SessionState state, ApprovalDecision decision) {
    if (decision.getVerdict() != dev.weirkeeper.wire.Verdict.EDIT
        || !(state instanceof AwaitingTools waiting)) {
      return decision;
    }
    for (Effect effect : Waiting.outstanding(waiting)) {
      if (effect instanceof Effect.AskPerson ask && ask.id().equals(decision.getCallId())) {
        Optional<ToolError> problem =
            pinned
                .apply(ask.agent().digest())
                .tool(ask.tool().name())
                .flatMap(
                    tool ->
                        ArgumentCheck.problem(
                            tool, Objects.requireNonNull(decision.getArguments())));
        return problem
            .map(error -> ApprovalDecision.newBuilder(decision).setEditProblem(error).build())
            .orElse(decision);
      }
    }
    return decision;
  }

  /** The task that an input brings. */
  public static Optional<Task> task(Object input) {
    return switch (input) {
      case Task task -> Optional.of(task);
      case ForkPart part when part.getPart() instanceof ForkStart start ->
          Optional.ofNullable(start.getTask());
      default -> Optional.empty();
    };
  }

  private SessionEvent task(Instant at, Task task, JournalRecord record) {
    return record.getUnservable() != null || record.getPinsDigest() == null
        ? unservable(at, task, record)
        : new TaskSubmitted(at, accepted(task, record));
  }

  private SessionEvent fork(Instant at, ForkPart part, JournalRecord record) {
    if (!(part.getPart() instanceof ForkStart start) || start.getTask() == null) {
      return Forks.event(at, part, Optional.empty());
    }
    return record.getUnservable() != null
        ? unservable(at, start.getTask(), record)
        : Forks.event(at, part, Optional.of(accepted(start.getTask(), record)));
  }

  private static SessionEvent unservable(Instant at, Task task, JournalRecord record) {
    return new TaskUnservable(
        at,
        task.getTaskId(),
        task.getTenant(),
        record.getUnservable() == null ? "" : record.getUnservable());
  }

  private dev.weirkeeper.planner.session.Task accepted(Task task, JournalRecord record) {
    Pinned pins = pinned.apply(Objects.requireNonNull(record.getPinsDigest()));
    boolean pipeline = pins.agent().mode() == Agent.Mode.PIPELINE;
    Limits allowed = Pinning.allowed(pins);
    Limits asked = Pinning.asked(pins, task.getLimits());
    return new dev.weirkeeper.planner.session.Task(
        task.getTaskId(),
        task.getTenant(),
        pins.agent(),
        asked.atMost(allowed),
        asked.above(allowed),
        record.getGoverned(),
        pipeline ? task.getText() : "",
        content(task.getText()));
  }

  private static SessionEvent control(Instant at, Control control) {
    return switch (control.getKind()) {
      case PAUSE ->
          new PauseRequested(
              at,
              control.getControlId(),
              Brief.text(control.getReason()),
              Brief.name(control.getRequestedBy()));
      case RESUME ->
          new ResumeRequested(at, control.getControlId(), Brief.name(control.getRequestedBy()));
      case CANCEL ->
          new CancelRequested(
              at,
              control.getControlId(),
              Optional.ofNullable(control.getTaskId()),
              Brief.text(control.getReason()),
              Brief.name(control.getRequestedBy()));
      case UNKNOWN ->
          throw new IllegalStateException("controls of unknown kind are put aside before this");
    };
  }

  private static SessionEvent reply(Instant at, ModelReply reply) {
    NanoUsd cost = new NanoUsd(reply.getCostNanoUsd());
    Bill bill = reply.getUsageReported() ? new Bill.Known(cost) : new Bill.Unknown(cost);
    return new ModelReplied(
        at, reply.getCallId(), usage(reply.getUsage()), bill, outcome(reply, reply.getError()));
  }

  private static Reply outcome(ModelReply reply, @Nullable ModelError error) {
    if (error != null) {
      boolean tryFallback =
          switch (error.getKind()) {
            case THROTTLED, OVERLOADED, SERVER, CONNECTION, TIMEOUT, BAD_REPLY -> true;
            case QUOTA_EXHAUSTED, NOT_FOUND, AUTHENTICATION -> true;
            case INVALID_REQUEST, REQUEST_TOO_LARGE, CANCELLED, UNKNOWN -> false;
          };
      boolean mayRetry =
          error.getMayRetry() || error.getKind() == dev.weirkeeper.wire.ModelErrorKind.CANCELLED;
      return new Reply.Failed(
          error.getKind().name().toLowerCase(java.util.Locale.ROOT)
              + ": "
              + Brief.text(error.getMessage()),
          tryFallback,
          mayRetry);
    }
    return new Reply.Answered(
        stop(reply),
        reply.getText(),
        reply.getCalls().stream().map(Inbound::requested).toList(),
        content(reply.getContent()));
  }

  static RequestedCall requested(dev.weirkeeper.wire.RequestedCall call) {
    return new RequestedCall(
        call.getProviderCallId(),
        Brief.name(call.getTool()),
        call.getArguments(),
        call.getArgumentsHash(),
        Optional.ofNullable(call.getProblem())
            .map(Inbound::problem)
            .or(
                () ->
                    tooLong(call.getArguments())
                        .map(
                            why ->
                                new CallError(
                                    CallError.Code.INVALID_ARGUMENTS,
                                    why,
                                    Optional.of("send less at once"),
                                    Map.of()))));
  }

  /** A call is one record, and so is the request to a person about it. */
  private static Optional<String> tooLong(String arguments) {
    int bytes = arguments.getBytes(StandardCharsets.UTF_8).length;
    return bytes > MOST_ARGUMENT_BYTES
        ? Optional.of(
            "the arguments are %d bytes long, at most %d are allowed"
                .formatted(bytes, MOST_ARGUMENT_BYTES))
        : Optional.empty();
  }

  /** An error the planner gave before, read again. */
  static CallError said(ToolError error) {
    Map<String, String> details = new HashMap<>();
    if (error.getDetails() != null) {
      JSON.readTree(error.getDetails())
          .forEachEntry((name, value) -> details.put(name, value.asString("")));
    }
    return new CallError(
        CallError.Code.valueOf(error.getCode().name()),
        error.getMessage(),
        Optional.ofNullable(error.getHint()),
        details);
  }

  private static Stop stop(ModelReply reply) {
    return switch (reply.getStopReason()) {
      case END_TURN -> Stop.END_TURN;
      case TOOL_USE -> Stop.TOOL_USE;
      case MAX_OUTPUT_TOKENS -> Stop.MAX_OUTPUT_TOKENS;
      case STOP_SEQUENCE -> Stop.STOP_SEQUENCE;
      case PAUSED -> Stop.PAUSED;
      case REFUSED -> Stop.REFUSED;
      case CONTEXT_WINDOW_EXCEEDED -> Stop.CONTEXT_WINDOW_EXCEEDED;
      case OTHER -> Stop.OTHER;
    };
  }

  private static CallError problem(ToolError problem) {
    CallError.Code code =
        switch (problem.getCode()) {
          case UNKNOWN_TOOL -> CallError.Code.UNKNOWN_TOOL;
          case INVALID_ARGUMENTS,
              TIMEOUT,
              EXECUTION_ERROR,
              MAX_RETRIES_EXCEEDED,
              CONFIRMATION_REQUIRED,
              REJECTED,
              RATE_LIMITED,
              CANCELLED,
              OUTCOME_UNKNOWN,
              RESULT_TOO_LARGE ->
              CallError.Code.INVALID_ARGUMENTS;
        };
    return new CallError(
        code,
        Brief.text(problem.getMessage()),
        Optional.ofNullable(problem.getHint()).map(Brief::text),
        Map.of());
  }

  private static SessionEvent result(Instant at, ToolResult result) {
    String text = shown(result);
    Usage usage = result.getUsage();
    return new ToolCallCompleted(
        at,
        result.getCallId(),
        result.getError() != null,
        content(text),
        text,
        new NanoUsd(result.getCostNanoUsd()),
        new NanoUsd(result.getUnsettledNanoUsd()),
        usage == null ? TokenUsage.NONE : usage(usage),
        result.getSteps());
  }

  /** What the model is shown of a result. */
  public static String shown(ToolResult result) {
    ToolError error = result.getError();
    return error == null ? result.getContent() : ToolErrorText.of(error);
  }

  /** What the model is shown of an answer. */
  public static String answer(Object input) {
    return switch (input) {
      case ToolResult result -> shown(result);
      case ApprovalDecision decision -> decision.getText();
      default -> throw new IllegalStateException("no answer: " + input.getClass().getName());
    };
  }

  private static SessionEvent decision(
      Instant at, ApprovalDecision decision, @Nullable String refused) {
    @Nullable ToolError problem = decision.getEditProblem();
    Optional<String> refusal =
        Optional.ofNullable(refused)
            .or(() -> Optional.ofNullable(problem).map(ToolError::getMessage).map(Brief::text))
            .or(() -> Optional.ofNullable(decision.getArguments()).flatMap(Inbound::tooLong));
    Verdict verdict =
        switch (decision.getVerdict()) {
          case APPROVE -> new Verdict.Approve();
          case REJECT -> new Verdict.Reject(Brief.text(decision.getText()));
          case ANSWER -> new Verdict.Answer(decision.getText());
          case EDIT -> {
            String arguments = decision.getArguments() == null ? "" : decision.getArguments();
            yield new Verdict.Edit(arguments, CanonicalJson.sha256(arguments));
          }
          case UNKNOWN ->
              throw new IllegalStateException("verdicts of unknown kind are put aside before this");
        };
    return new DecisionMade(
        at,
        decision.getDecisionId(),
        decision.getCallId(),
        decision.getArgumentsHash(),
        verdict,
        Brief.name(decision.getDecidedBy()),
        content(decision.getText()),
        refusal);
  }

  private static TokenUsage usage(Usage usage) {
    return new TokenUsage(
        usage.getUncachedInput(),
        usage.getCacheWrite5m(),
        usage.getCacheWrite1h(),
        usage.getCacheRead(),
        usage.getOutput(),
        usage.getReasoningOutput());
  }

  static Content content(String text) {
    return new Content(CanonicalJson.sha256(text), text.getBytes(StandardCharsets.UTF_8).length);
  }

  /** Timers as the journal writes them. */
  public static final class Timers {
    private Timers() {}

    /** As the journal writes it. */
    public static String text(Timer timer) {
      return switch (timer) {
        case Timer.Deadline _ -> "deadline";
        case Timer.Idle _ -> "idle";
        case Timer.LongRunning _ -> "long-running";
        case Timer.CallTimeout(String callId) -> "call:" + callId;
        case Timer.ApprovalExpiry(String callId) -> "approval:" + callId;
        case Timer.ModelCallLost(String callId) -> "model:" + callId;
        case Timer.TenantFrozen _ -> "tenant-frozen";
      };
    }

    /** As the core knows it. */
    public static Timer parse(String text) {
      int colon = text.indexOf(':');
      String kind = colon < 0 ? text : text.substring(0, colon);
      String id = text.substring(colon + 1);
      return switch (kind) {
        case "deadline" -> new Timer.Deadline();
        case "idle" -> new Timer.Idle();
        case "long-running" -> new Timer.LongRunning();
        case "call" -> new Timer.CallTimeout(id);
        case "approval" -> new Timer.ApprovalExpiry(id);
        case "model" -> new Timer.ModelCallLost(id);
        case "tenant-frozen" -> new Timer.TenantFrozen();
        default -> throw new IllegalStateException("the journal holds timer " + text);
      };
    }
  }
}
