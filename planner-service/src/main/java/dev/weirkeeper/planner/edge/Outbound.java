package dev.weirkeeper.planner.edge;

import dev.weirkeeper.planner.money.LedgerEntry;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Left;
import dev.weirkeeper.planner.session.Remnant;
import dev.weirkeeper.planner.session.Run;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionEvent.Copied;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.Forked;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.PauseRequested;
import dev.weirkeeper.planner.session.SessionEvent.ResumeRequested;
import dev.weirkeeper.planner.session.SessionEvent.TaskSubmitted;
import dev.weirkeeper.planner.session.SessionEvent.TaskUnservable;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Copying;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Spent;
import dev.weirkeeper.schemas.chain.InputHash;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.Alert;
import dev.weirkeeper.wire.AlertKind;
import dev.weirkeeper.wire.ApprovalKind;
import dev.weirkeeper.wire.ApprovalRef;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.AuditRef;
import dev.weirkeeper.wire.BudgetLeft;
import dev.weirkeeper.wire.BudgetRequest;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.Forgotten;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.JournalRecord;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ParentCall;
import dev.weirkeeper.wire.Phase;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.TimerFired;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the core decided, as records of the wire. The only way out.
 *
 * @param topics the catalogue
 * @param auditUrl where the audit API shows a session; empty: nowhere
 */
public record Outbound(Topics topics, String auditUrl) {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** More than one decision has, but for a turn of a hundred calls. */
  private static final int MOST_SUMMARIES = 256;

  /** Longest answer of a sub-agent that its parent is shown, in characters. */
  private static final int MOST_OF_A_SUB_AGENT = 64 * 1024;

  /** A record and where it goes. */
  public record Addressed(String topic, String key, SpecificRecord value) {}

  /** What the records of a session need to know beside the effect. */
  public record Sender(
      String sessionId,
      int partition,
      Function<String, Pinned> pinned,
      Function<Long, Task> taskAt,
      Function<Long, Long> taskOffsetAt,
      Supplier<Optional<String>> subject) {}

  /** The records an effect stands for. Effects that concern this process only have none. */
  public List<Addressed> records(Effect effect, Sender sender) {
    String session = sender.sessionId();
    return switch (effect) {
      case Effect.CallModel call ->
          List.of(new Addressed(topics.modelCalls().name(), session, modelCall(call, sender)));
      case Effect.AbandonModel _ -> List.of();
      case Effect.CallTool call ->
          List.of(
              new Addressed(
                  topics.toolCalls(call.tool().pool()).name(), session, toolCall(call, session)));
      case Effect.StartAgent start ->
          List.of(new Addressed(topics.tasks().name(), start.id(), childTask(start, sender)));
      case Effect.CancelAgent cancel ->
          List.of(new Addressed(topics.controls().name(), cancel.id(), childCancel(cancel)));
      case Effect.AskPerson ask ->
          List.of(new Addressed(topics.approvalRequests().name(), session, request(ask, session)));
      case Effect.RequestBudget ask ->
          List.of(
              new Addressed(
                  topics.budgetRequests().name(),
                  ask.tenant(),
                  new BudgetRequest(
                      ask.id(),
                      ask.tenant(),
                      session,
                      ask.taskId(),
                      ask.amount().value(),
                      ask.atLeast().value(),
                      ask.at())));
      case Effect.ReturnBudget back ->
          List.of(
              new Addressed(
                  topics.budgetRequests().name(),
                  back.tenant(),
                  new BudgetRequest(
                      back.id(),
                      back.tenant(),
                      session,
                      back.taskId(),
                      -back.amount().value(),
                      0L,
                      back.at())));
      case Effect.PublishResult result -> result(result, sender);
      case Effect.RaiseAlert alert ->
          List.of(new Addressed(topics.alerts().name(), session, alert(alert, sender)));
    };
  }

  private static ModelCall modelCall(Effect.CallModel call, Sender sender) {
    return new ModelCall(
        call.id(),
        sender.sessionId(),
        call.taskId(),
        call.turn(),
        call.attempt(),
        sender.pinned().apply(call.agent().digest()).choice(call.model()),
        call.requestHash(),
        call.inputBound(),
        call.maxOutput(),
        call.reserved().value(),
        call.entries(),
        call.at());
  }

  private static ToolCall toolCall(Effect.CallTool call, String session) {
    return ToolCall.newBuilder()
        .setCallId(call.id())
        .setSessionId(session)
        .setTaskId(call.taskId())
        .setTurn(call.turn())
        .setIndex(call.index())
        .setPool(call.tool().pool())
        .setTool(call.tool().name())
        .setToolVersion(call.tool().version())
        .setArguments(call.arguments().json())
        .setArgumentsHash(call.arguments().hash())
        .setDeadline(call.deadline())
        .setApproval(call.approval().map(Outbound::approval).orElse(null))
        .setAgent(call.agent().name())
        .setTenant(call.tenant())
        .setRequestedAt(call.at())
        .build();
  }

  private static ApprovalRef approval(Effect.Approval approval) {
    return new ApprovalRef(
        approval.rule(), approval.decidedBy().orElse(null), approval.decisionId().orElse(null));
  }

  /** A sub-agent's task is about whom its parent's is, so that an erasure reaches it too. */
  private static Task childTask(Effect.StartAgent start, Sender sender) {
    return Task.newBuilder()
        .setTaskId(start.id())
        .setSessionId(start.id())
        .setText(text(start.arguments().json()))
        .setAgent(start.agentName())
        .setLimits(
            Limits.newBuilder()
                .setMaxSteps(start.maxSteps())
                .setMaxTokens(start.maxTokens())
                .setMaxCostNanoUsd(start.maxCost().limited() ? start.maxCost().value() : null)
                .setMaxDurationMs(
                    Math.max(1, Duration.between(start.at(), start.deadline()).toMillis()))
                .build())
        .setTenant(start.tenant())
        .setSubject(sender.subject().get().orElse(null))
        .setParent(new ParentCall(sender.sessionId(), start.taskId(), start.id()))
        .setSubmittedAt(start.at())
        .build();
  }

  /** A sub-agent is told the text under {@code task}, or the arguments as they are. */
  private static String text(String arguments) {
    try {
      JsonNode task = JSON.readTree(arguments).path("task");
      return task.isString() ? task.stringValue() : arguments;
    } catch (JacksonException e) {
      return arguments;
    }
  }

  private static Control childCancel(Effect.CancelAgent cancel) {
    return Control.newBuilder()
        .setControlId(cancel.id() + "/cancel")
        .setSessionId(cancel.id())
        .setTaskId(cancel.id())
        .setKind(ControlKind.CANCEL)
        .setReason(cancel.reason())
        .setRequestedBy("parent session")
        .setRequestedAt(cancel.at())
        .build();
  }

  private static ApprovalRequest request(Effect.AskPerson ask, String session) {
    String question =
        ask.question()
            ? "answer for " + ask.tool().name()
            : "may %s run?".formatted(ask.tool().name());
    return new ApprovalRequest(
        ask.id(),
        session,
        ask.taskId(),
        ask.question() ? ApprovalKind.QUESTION : ApprovalKind.CONFIRM,
        ask.tool().name(),
        ask.arguments().json(),
        ask.arguments().hash(),
        ask.rule(),
        ask.agent().name(),
        ask.tenant(),
        question,
        ask.spent().value(),
        ask.at(),
        ask.expires());
  }

  private List<Addressed> result(Effect.PublishResult result, Sender sender) {
    Task task = sender.taskAt().apply(result.firstSequence());
    Spent spent = result.spent();
    TaskResult wire =
        TaskResult.newBuilder()
            .setTaskId(result.id())
            .setSessionId(sender.sessionId())
            .setStatus(TaskStatus.valueOf(result.status().name()))
            .setWhy(result.why())
            .setText(result.text())
            .setSteps(spent.steps())
            .setModelCalls(spent.modelCalls())
            .setToolCalls(spent.toolCalls().asMap())
            .setUsage(usage(spent.usage()))
            .setCostNanoUsd(spent.total().value())
            .setUnsettledNanoUsd(spent.totalUnsettled().value())
            .setAgent(result.agent().map(agent -> agent.name()).orElse(task.getAgent()))
            .setAgentVersion(result.agent().map(agent -> agent.version()).orElse(""))
            .setModel(
                result.agent().map(agent -> agent.models().get(result.model()).name()).orElse(""))
            .setTenant(result.tenant())
            .setMetadata(task.getMetadata())
            .setAudit(
                new AuditRef(
                    topics.events().name(),
                    sender.partition(),
                    result.firstSequence(),
                    result.lastSequence(),
                    sender.taskOffsetAt().apply(result.firstSequence()),
                    auditUrl.isEmpty() ? null : auditUrl + "/sessions/" + sender.sessionId()))
            .setAcceptedAt(result.acceptedAt())
            .setEndedAt(result.endedAt())
            .build();
    List<Addressed> records = new ArrayList<>();
    records.add(new Addressed(topics.results().name(), sender.sessionId(), wire));
    @Nullable ParentCall parent = task.getParent();
    if (parent != null) {
      records.add(
          new Addressed(
              topics.toolResults().name(), parent.getSessionId(), childResult(wire, parent)));
    }
    return records;
  }

  private static ToolResult childResult(TaskResult result, ParentCall parent) {
    boolean complete = result.getStatus() == TaskStatus.COMPLETE;
    String text = result.getText();
    return ToolResult.newBuilder()
        .setCallId(parent.getCallId())
        .setSessionId(parent.getSessionId())
        .setTaskId(parent.getTaskId())
        .setTool("agent:" + result.getAgent())
        .setError(
            complete
                ? null
                : new ToolError(
                    ToolErrorCode.EXECUTION_ERROR,
                    "the sub-agent ended with %s: %s"
                        .formatted(result.getStatus(), result.getWhy()),
                    "go on without it or ask for less",
                    null))
        .setContent(headAndTail(text, result.getSessionId()))
        .setFullBytes(text.getBytes(StandardCharsets.UTF_8).length)
        .setExecutor("planner")
        .setStartedAt(result.getAcceptedAt())
        .setDurationMs(Duration.between(result.getAcceptedAt(), result.getEndedAt()).toMillis())
        .setCostNanoUsd(result.getCostNanoUsd())
        .setUnsettledNanoUsd(result.getUnsettledNanoUsd())
        .setUsage(result.getUsage())
        .setSteps(result.getSteps())
        .build();
  }

  /** The parent's prompt has no room for a book, and neither has a record. */
  private static String headAndTail(String text, String session) {
    if (text.length() <= MOST_OF_A_SUB_AGENT) {
      return text;
    }
    int half = MOST_OF_A_SUB_AGENT / 2;
    int head = Character.isHighSurrogate(text.charAt(half - 1)) ? half - 1 : half;
    int tail = text.length() - half;
    tail += Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
    return text.substring(0, head)
        + "\n… %d characters left out; the whole is the result of session %s …\n"
            .formatted(tail - head, session)
        + text.substring(tail);
  }

  private static Alert alert(Effect.RaiseAlert alert, Sender sender) {
    return Alert.newBuilder()
        .setAlertId(alert.id())
        .setKind(AlertKind.valueOf(alert.kind().name()))
        .setSessionId(sender.sessionId())
        .setTaskId(alert.task().id())
        .setTenant(alert.task().tenant())
        .setAgent(alert.task().agent().name())
        .setThreshold(alert.threshold())
        .setValue(alert.value())
        .setMessage(
            "task %s passed its %s threshold: %d, now %d"
                .formatted(
                    alert.task().id(),
                    alert.kind().name().toLowerCase(java.util.Locale.ROOT),
                    alert.threshold(),
                    alert.value()))
        .setAt(alert.at())
        .build();
  }

  /**
   * The event that tells what was decided. Its hash is still to be filled in.
   *
   * @param forgotten what came before it and is forgotten
   */
  public SessionEvent event(
      String type,
      Decision decision,
      JournalRecord record,
      String previousHash,
      Remnant forgotten,
      String priceBook,
      String taskId,
      String tenant) {
    SessionState state = decision.next();
    Optional<Run> run =
        state instanceof Running running ? Optional.of(running.run()) : Optional.empty();
    Spent spent = run.map(Run::spent).orElse(ended(decision));
    return new SessionEvent(
        state.session().id(),
        state.session().sequence(),
        run.map(r -> r.task().id()).orElse(taskId),
        run.map(r -> r.task().tenant()).orElse(tenant),
        run.map(r -> r.task().agent().name()).orElse(""),
        run.map(r -> r.task().agent().version()).orElse(""),
        type,
        Phase.valueOf(decision.phase().name()),
        state.session().turn(),
        name(state),
        decision.reason(),
        record.getInputRef(),
        InputHash.of((SpecificRecord) record.getInput()),
        record.getInput() instanceof TimerFired fired ? fired.getTimer() : null,
        summaries(decision.effects()),
        decision.ledger().stream().map(entry -> line(entry, decision, priceBook)).toList(),
        left(state, run, record.getAt()),
        spent.total().value(),
        spent.steps(),
        spent.usage().total(),
        run.map(r -> r.task().agent().digest()).orElse(null),
        record.getPinsDigest(),
        record.getGoverned(),
        record.getUnservable(),
        record.getAt(),
        previousHash,
        "",
        record.getRefusal(),
        record.getInput() instanceof ForkPart part ? part.getOrigin() : null,
        forgotten.equals(Remnant.NONE)
            ? null
            : new Forgotten(
                forgotten.turn(), forgotten.spent().value(), forgotten.unsettled().value()));
  }

  private static Spent ended(Decision decision) {
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.PublishResult result) {
        return result.spent();
      }
    }
    return Spent.NOTHING;
  }

  /** What happened, as the log names it. */
  public static String type(dev.weirkeeper.planner.session.SessionEvent event) {
    return switch (event) {
      case TaskSubmitted _ -> "TaskSubmitted";
      case TaskUnservable _ -> "TaskUnservable";
      case ModelReplied _ -> "ModelReplied";
      case ToolCallCompleted _ -> "ToolCallCompleted";
      case DecisionMade _ -> "DecisionMade";
      case CancelRequested _ -> "CancelRequested";
      case PauseRequested _ -> "PauseRequested";
      case ResumeRequested _ -> "ResumeRequested";
      case BudgetGranted _ -> "BudgetGranted";
      case Copied _ -> "Copied";
      case Forked _ -> "Forked";
      case dev.weirkeeper.planner.session.SessionEvent.TimerFired _ -> "TimerFired";
    };
  }

  static String name(SessionState state) {
    return switch (state) {
      case Idle _ -> "Idle";
      case Copying _ -> "Copying";
      case AwaitingBudget _ -> "AwaitingBudget";
      case AwaitingModel _ -> "AwaitingModel";
      case AwaitingTools _ -> "AwaitingTools";
      case Paused _ -> "Paused";
    };
  }

  /** As many as fit into a record beside everything else. */
  private static List<EffectSummary> summaries(List<Effect> effects) {
    List<EffectSummary> summaries = new ArrayList<>();
    for (Effect effect : effects.subList(0, Math.min(effects.size(), MOST_SUMMARIES))) {
      summaries.add(summary(effect));
    }
    if (effects.size() > MOST_SUMMARIES) {
      summaries.add(
          new EffectSummary("More", "", (effects.size() - MOST_SUMMARIES) + " more of the kind"));
    }
    return summaries;
  }

  private static EffectSummary summary(Effect effect) {
    return switch (effect) {
      case Effect.CallModel call ->
          new EffectSummary("CallModel", call.id(), "request " + call.requestHash());
      case Effect.AbandonModel e -> new EffectSummary("AbandonModel", e.id(), "");
      case Effect.CallTool call ->
          new EffectSummary(
              "CallTool",
              call.id(),
              "%s, arguments %s%s"
                  .formatted(
                      call.tool().name(),
                      call.arguments().hash(),
                      call.approval()
                          .map(
                              a ->
                                  ", rule "
                                      + a.rule()
                                      + a.decidedBy().map(by -> ", by " + by).orElse(""))
                          .orElse("")));
      case Effect.StartAgent start ->
          new EffectSummary(
              "StartAgent", start.id(), start.agentName() + " with " + start.maxCost());
      case Effect.CancelAgent e -> new EffectSummary("CancelAgent", e.id(), e.reason());
      case Effect.AskPerson ask ->
          new EffectSummary(
              "RequestApproval",
              ask.id(),
              "%s, arguments %s, rule %s"
                  .formatted(ask.tool().name(), ask.arguments().hash(), ask.rule()));
      case Effect.RequestBudget e ->
          new EffectSummary("RequestBudget", e.id(), e.amount().toString());
      case Effect.ReturnBudget e ->
          new EffectSummary("ReturnBudget", e.id(), e.amount().toString());
      case Effect.PublishResult e ->
          new EffectSummary("PublishResult", e.id(), e.status() + ": " + e.why());
      case Effect.RaiseAlert e -> new EffectSummary("RaiseAlert", e.id(), e.kind().name());
    };
  }

  private static LedgerLine line(LedgerEntry entry, Decision decision, String priceBook) {
    LedgerKind kind =
        switch (entry.kind()) {
          case RESERVED -> LedgerKind.RESERVED;
          case SETTLED -> LedgerKind.SETTLED;
          case RELEASED -> LedgerKind.RELEASED;
          case UNSETTLED -> LedgerKind.UNSETTLED;
        };
    String model = "";
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.CallModel call && call.id().equals(entry.callId())) {
        model = call.agent().models().get(call.model()).name();
      }
    }
    return new LedgerLine(kind, entry.callId(), entry.amount().value(), model, priceBook);
  }

  private static BudgetLeft left(SessionState state, Optional<Run> running, Instant at) {
    if (running.isEmpty()) {
      return new BudgetLeft(null, null, null, null);
    }
    Run run = running.get();
    NanoUsd reserved =
        state instanceof AwaitingModel asked ? asked.call().reserved() : NanoUsd.ZERO;
    Left left = Left.of(state.session(), run);
    NanoUsd money = left.cost().minus(reserved);
    return new BudgetLeft(
        left.steps(),
        run.task().limits().maxTokens() == Long.MAX_VALUE ? null : Long.valueOf(left.tokens()),
        money.limited() ? money.value() : null,
        Math.max(0, Duration.between(at, run.deadline()).toMillis()));
  }

  private static Usage usage(TokenUsage usage) {
    return new Usage(
        usage.uncached(),
        usage.write5m(),
        usage.write1h(),
        usage.read(),
        usage.output(),
        usage.reasoning());
  }

  /** The error the planner itself gives for a call, as the wire writes it. */
  public static ToolError error(dev.weirkeeper.planner.session.CallError error) {
    Map<String, String> details = error.details();
    return new ToolError(
        ToolErrorCode.valueOf(error.code().name()),
        error.message(),
        error.hint().orElse(null),
        details.isEmpty() ? null : JSON.writeValueAsString(details));
  }
}
