package dev.weirkeeper.planner.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.Effect.AbandonModel;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Effect.CallTool;
import dev.weirkeeper.planner.session.Effect.CancelAgent;
import dev.weirkeeper.planner.session.Effect.PublishResult;
import dev.weirkeeper.planner.session.Effect.RaiseAlert;
import dev.weirkeeper.planner.session.Effect.RequestBudget;
import dev.weirkeeper.planner.session.Effect.ReturnBudget;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.SessionEvent.Bill;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.Copied;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.Forked;
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
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What happens to one session, told step by step. Each step is one event, a second after the one
 * before, and is handed to {@link Planner#step}; {@code then} and its kin look at the last
 * decision.
 *
 * <p>After each test it folds its own events once more and expects the same situation, and sees to
 * it that a {@link Golden} story is recorded.
 */
public final class Story implements AfterEachCallback {
  /** Nine in the morning, UTC. */
  public static final Instant START = Instant.parse("2026-11-02T09:00:00Z");

  /** What a reply costs unless the story says otherwise: 100 tokens in, 20 out. */
  public static final String REPLY_COSTS = "$0.0006";

  /** What forks continue. */
  public static final Fork.Origin ORIGIN = new Fork.Origin("o", 7);

  /** One step of the story. */
  public record Step(SessionState before, SessionEvent event, Decision decision) {}

  private final List<Step> steps = new ArrayList<>();
  private final String id;
  private SessionState state;
  private Instant now = START;
  private Agent agent = Given.agent().build();
  private Limits limits = Given.limits().build();
  private List<String> lowered = List.of();
  private boolean governed;
  private TokenUsage usage = new TokenUsage(100, 0, 0, 0, 20, 0);
  private Optional<NanoUsd> price = Optional.empty();
  private int controls;
  private int copies;

  public Story() {
    this("s");
  }

  /** A story of a session with another name. */
  public Story(String sessionId) {
    id = sessionId;
    state = SessionState.initial(sessionId);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    SessionState folded = SessionState.initial(id);
    for (Step step : steps) {
      if (step.decision().kind() != Decision.Kind.REPEATED) {
        folded = Planner.step(folded, step.event()).next();
      }
    }
    assertThat(folded).isEqualTo(state);
    context
        .getTestMethod()
        .filter(method -> method.isAnnotationPresent(Golden.class))
        .filter(_ -> context.getExecutionException().isEmpty())
        .ifPresent(method -> keep(method.getName()));
  }

  private void keep(String name) {
    boolean recorded = Files.exists(History.file(name));
    if (!recorded && Boolean.getBoolean("golden.record")) {
      History.write(name, steps);
    } else {
      assertThat(recorded)
          .as("%s is not recorded; run it once with -Dgolden.record=true", History.file(name))
          .isTrue();
    }
  }

  // Given

  public Story with(Given.AgentGiven given) {
    agent = given.build();
    return this;
  }

  public Story with(Given.LimitsGiven given) {
    limits = given.build();
    return this;
  }

  /** Limits that tasks to come asked for and do not get. */
  public Story withLowered(String... limitsInWords) {
    lowered = List.of(limitsInWords);
    return this;
  }

  /** Whether the tenant of the tasks to come has a daily budget. */
  public Story withTenantBudget(boolean has) {
    governed = has;
    return this;
  }

  /** From now on each reply uses this much. */
  public Story repliesUse(long input, long output) {
    usage = new TokenUsage(input, 0, 0, 0, output, 0);
    return this;
  }

  /** From now on each reply costs this much, whatever it uses. */
  public Story repliesCost(String amount) {
    price = Optional.of(Given.usd(amount));
    return this;
  }

  // When

  public Story task(String id) {
    String text = "do " + id;
    return on(
        new TaskSubmitted(
            now, new Task(id, "acme", agent, limits, lowered, governed, text, content(text))));
  }

  public Story unservable(String id, String why) {
    return on(new TaskUnservable(now, id, "acme", why));
  }

  /** The model ends its turn. */
  public Story says(String text) {
    return replies(Stop.END_TURN, text);
  }

  /** The model asks for tools: {@code search} or {@code search {"q":1}}. */
  public Story asksFor(String... calls) {
    return replies(Stop.TOOL_USE, "", calls);
  }

  public Story replies(Stop stop, String text, String... calls) {
    return repliesTo(modelCall().id(), stop, text, calls);
  }

  public Story repliesTo(String callId, Stop stop, String text, String... calls) {
    List<RequestedCall> requested = Arrays.stream(calls).map(Story::requested).toList();
    return on(
        new ModelReplied(
            now,
            callId,
            usage,
            new Bill.Known(cost()),
            new Reply.Answered(stop, text, requested, content(text + String.join(",", calls)))));
  }

  /** The reply to a call that was given up comes after all. */
  public Story lateReply(String callId) {
    return repliesTo(callId, Stop.END_TURN, "late");
  }

  /** The model asks for a call whose arguments do not fit the tool. */
  public Story asksWrongly(String tool, String problem) {
    RequestedCall call =
        new RequestedCall(
            "p-" + tool,
            tool,
            "{}",
            Sha256.plain("{}"),
            Optional.of(CallError.of(CallError.Code.INVALID_ARGUMENTS, problem, "see the schema")));
    return on(
        new ModelReplied(
            now,
            modelCall().id(),
            usage,
            new Bill.Known(cost()),
            new Reply.Answered(Stop.TOOL_USE, "", List.of(call), content(problem))));
  }

  /** The provider refuses the call and charges nothing. */
  public Story providerFails(String why, boolean tryFallback) {
    return on(
        new ModelReplied(
            now,
            modelCall().id(),
            TokenUsage.NONE,
            new Bill.Known(NanoUsd.ZERO),
            new Reply.Failed(why, tryFallback, false)));
  }

  /** The reply breaks off: it costs at least this much. */
  public Story breaksOff(String atLeast) {
    return breaksOff(modelCall().id(), atLeast);
  }

  public Story breaksOff(String callId, String atLeast) {
    return on(
        new ModelReplied(
            now,
            callId,
            TokenUsage.NONE,
            new Bill.Unknown(Given.usd(atLeast)),
            new Reply.Failed("the reply broke off", true, true)));
  }

  public Story result(String callId, String text) {
    return on(completed(callId, false, text, "$0", "$0", TokenUsage.NONE, 0));
  }

  public Story error(String callId, String text) {
    return on(completed(callId, true, text, "$0", "$0", TokenUsage.NONE, 0));
  }

  public Story subAgentDone(String callId, String cost, String unsettled, int itsSteps) {
    TokenUsage used = new TokenUsage(1000, 0, 0, 0, 100, 0);
    return on(completed(callId, false, "done", cost, unsettled, used, itsSteps));
  }

  private ToolCallCompleted completed(
      String callId,
      boolean error,
      String text,
      String cost,
      String unsettled,
      TokenUsage used,
      int itsSteps) {
    return new ToolCallCompleted(
        now,
        callId,
        error,
        content(text),
        text,
        Given.usd(cost),
        Given.usd(unsettled),
        used,
        itsSteps);
  }

  public Story approves(String callId) {
    return decides(callId, hashOf(callId), new Verdict.Approve(), "");
  }

  public Story rejects(String callId, String why) {
    return decides(callId, hashOf(callId), new Verdict.Reject(why), "");
  }

  public Story edits(String callId, String arguments) {
    return decides(
        callId, hashOf(callId), new Verdict.Edit(arguments, Sha256.plain(arguments)), "");
  }

  public Story answers(String callId, String text) {
    return decides(callId, hashOf(callId), new Verdict.Answer(text), text);
  }

  public Story decides(String callId, String hash, Verdict verdict, String text) {
    return decides("d" + (steps.size() + 1), callId, hash, verdict, text, Optional.empty());
  }

  public Story decides(
      String decisionId,
      String callId,
      String hash,
      Verdict verdict,
      String text,
      Optional<String> refusal) {
    return on(
        new DecisionMade(now, decisionId, callId, hash, verdict, "ann", content(text), refusal));
  }

  public Story cancel() {
    return cancel(Optional.empty());
  }

  public Story cancel(String taskId) {
    return cancel(Optional.of(taskId));
  }

  private Story cancel(Optional<String> taskId) {
    return on(new CancelRequested(now, control(), taskId, "not needed", "ann"));
  }

  public Story pause() {
    return on(new PauseRequested(now, control(), "let me look", "ann"));
  }

  public Story resume() {
    return on(new ResumeRequested(now, control(), "ann"));
  }

  private String control() {
    return "c" + ++controls;
  }

  public Story granted(String amount) {
    return granted(((AwaitingBudget) state).request().id(), amount);
  }

  public Story granted(String requestId, String amount) {
    return on(new BudgetGranted(now, requestId, "acme", Given.usd(amount), today()));
  }

  /** The tenant grants all that was asked for. */
  public Story granted() {
    RequestBudget request = ((AwaitingBudget) state).request();
    return on(new BudgetGranted(now, request.id(), "acme", request.amount(), today()));
  }

  private LocalDate today() {
    return LocalDate.ofInstant(now, ZoneOffset.UTC);
  }

  /** The next part of session {@code o} comes in. */
  public Story copied(Fork.Kind kind, String text, int calls) {
    return copied(copies++, kind, text, calls);
  }

  public Story copied(int index, Fork.Kind kind, String text, int calls) {
    return on(new Copied(now, ORIGIN, index, new Fork.Part(kind, content(text), calls)));
  }

  /** The task goes on from the copied parts. */
  public Story forked(String id, int turn, Fork.Used used, Fork.Message... transcript) {
    return forked(id, turn, used, List.of(), transcript);
  }

  public Story forked(
      String id, int turn, Fork.Used used, List<Fork.Call> calls, Fork.Message... transcript) {
    String text = "do " + id;
    Task task = new Task(id, "acme", agent, limits, lowered, governed, text, content(text));
    return forked(Optional.of(task), turn, used, calls, transcript);
  }

  public Story forked(
      Optional<Task> task,
      int turn,
      Fork.Used used,
      List<Fork.Call> calls,
      Fork.Message... transcript) {
    Fork fork = new Fork(ORIGIN, copies, task, List.of(transcript), calls, turn, used);
    return on(new Forked(now, fork));
  }

  /** Somebody froze the tenant. */
  public Story tenantIsFrozen() {
    return fires(new Timer.TenantFrozen());
  }

  public Story fires(Timer timer) {
    return on(new TimerFired(now, timer));
  }

  /** The next time that the session waits for comes. */
  public Story timePasses() {
    Waiting.Alarm next = Waiting.next(state).orElseThrow();
    now = next.at();
    return fires(next.timer());
  }

  /** The planner that made the model call is gone. */
  public Story modelCallIsLost() {
    return fires(new Timer.ModelCallLost(modelCall().id()));
  }

  public Story later(Duration time) {
    now = now.plus(time).minusSeconds(1);
    return this;
  }

  /** The last event comes once more. */
  public Story again() {
    return on(steps.getLast().event());
  }

  public Story on(SessionEvent event) {
    Decision decision = Planner.step(state, event);
    steps.add(new Step(state, event, decision));
    state = decision.next();
    now = now.plusSeconds(1);
    return this;
  }

  // Then

  /** The last step's effects are these, in order. */
  public Story then(String... effects) {
    assertThat(last().effects()).extracting(Story::words).containsExactly(effects);
    return this;
  }

  /** The last step has an effect that begins like this. */
  public Story thenAlso(String effect) {
    assertThat(last().effects()).extracting(Story::words).anyMatch(it -> it.startsWith(effect));
    return this;
  }

  public Story thenNothing() {
    return then();
  }

  public Story in(Class<? extends SessionState> situation) {
    assertThat(state).isInstanceOf(situation);
    return this;
  }

  public Story because(String reason) {
    assertThat(last().reason()).contains(reason);
    return this;
  }

  public Story noted(String reason) {
    assertThat(last().kind()).isEqualTo(Decision.Kind.NOTED);
    return because(reason).thenNothing();
  }

  /** The last event changed nothing, since it was applied before. */
  public Story repeated() {
    assertThat(last().kind()).isEqualTo(Decision.Kind.REPEATED);
    assertThat(last().next()).isSameAs(steps.getLast().before());
    return thenNothing();
  }

  public Story ledger(String... entries) {
    assertThat(last().ledger())
        .extracting(it -> it.kind() + " " + it.callId() + " " + it.amount())
        .containsExactly(entries);
    return this;
  }

  /** What the model is shown, oldest first. */
  public Story transcript(String... entries) {
    assertThat(state.session().transcript().entriesFrom(0))
        .extracting(Story::words)
        .containsExactly(entries);
    return this;
  }

  // What there is

  public SessionState state() {
    return state;
  }

  public Session session() {
    return state.session();
  }

  public Run run() {
    return ((Running) state).run();
  }

  public Decision last() {
    return steps.getLast().decision();
  }

  public List<Step> steps() {
    return steps;
  }

  public CallModel modelCall() {
    return ((AwaitingModel) state).call();
  }

  public PublishResult result(String taskId) {
    for (Step step : steps.reversed()) {
      for (Effect effect : step.decision().effects()) {
        if (effect instanceof PublishResult result && result.id().equals(taskId)) {
          return result;
        }
      }
    }
    throw new AssertionError("task " + taskId + " has no result");
  }

  public <E extends Effect> E effect(Class<E> kind) {
    return last().effects().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }

  /** The error with which the planner itself answered a call of the turn that was just closed. */
  public CallError saidTo(int index) {
    Transcript.Entry entry =
        session().transcript().entriesFrom(session().transcript().size() - 1).getFirst();
    var answer = ((Transcript.Entry.ToolResults) entry).calls().get(index).answer();
    return ((Transcript.Answer.Said) answer).error();
  }

  private String hashOf(String callId) {
    if (state instanceof AwaitingTools tools
        && tools.find(callId).map(OpenCall::progress).orElse(null)
            instanceof OpenCall.Progress.Gated(AskPerson request)) {
      return request.arguments().hash();
    }
    return Sha256.plain("{}");
  }

  private NanoUsd cost() {
    return price.orElseGet(() -> Given.TARIFF.worstCase(usage.input(), usage.output()));
  }

  static RequestedCall requested(String call) {
    int space = call.indexOf(' ');
    String tool = space < 0 ? call : call.substring(0, space);
    String arguments = space < 0 ? "{}" : call.substring(space + 1);
    return new RequestedCall(
        "p-" + tool, tool, arguments, Sha256.plain(arguments), Optional.empty());
  }

  static Content content(String text) {
    return new Content(Sha256.plain(text), text.getBytes(StandardCharsets.UTF_8).length);
  }

  /** An effect in few words. */
  public static String words(Effect effect) {
    return switch (effect) {
      case CallModel it -> "call model " + it.id();
      case AbandonModel it -> "abandon model " + it.id();
      case CallTool it ->
          "call tool %s %s %s".formatted(it.id(), it.tool().name(), it.arguments().json());
      case StartAgent it -> "start agent %s %s".formatted(it.id(), it.agentName());
      case CancelAgent it -> "cancel agent " + it.id();
      case AskPerson it ->
          "ask person %s %s %s".formatted(it.id(), it.tool().name(), it.arguments().json());
      case RequestBudget it -> "request budget %s %s".formatted(it.id(), it.amount());
      case ReturnBudget it -> "return budget %s %s".formatted(it.id(), it.amount());
      case PublishResult it -> "publish %s %s: %s".formatted(it.id(), it.status(), it.why());
      case RaiseAlert it -> "alert %s %d over %d".formatted(it.kind(), it.value(), it.threshold());
    };
  }

  private static String words(Transcript.Entry entry) {
    return switch (entry) {
      case Transcript.Entry.UserText _ -> "user";
      case Transcript.Entry.ModelTurn _ -> "model";
      case Transcript.Entry.ToolResults it ->
          "results"
              + String.join(
                  "",
                  it.calls().stream()
                      .map(
                          call ->
                              switch (call.answer()) {
                                case Transcript.Answer.Logged logged -> " " + logged.sequence();
                                case Transcript.Answer.Said said -> " " + said.error().code();
                              })
                      .toList());
    };
  }
}
