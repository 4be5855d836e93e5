package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.money.LedgerEntry;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Decision.Kind;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Effect.CallTool;
import dev.weirkeeper.planner.session.Effect.PublishResult;
import dev.weirkeeper.planner.session.Left;
import dev.weirkeeper.planner.session.OpenCall;
import dev.weirkeeper.planner.session.OpenCall.Progress;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.StateSize;
import dev.weirkeeper.planner.session.Task;
import dev.weirkeeper.planner.session.Waiting;
import dev.weirkeeper.planner.simulation.Log.Topic;
import dev.weirkeeper.planner.simulation.Owner.Told;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold at every step and at the end:
 *
 * <ul>
 *   <li>I1 one result for each task, and nothing done for it after that;
 *   <li>I2 what an executor runs is in the journal, with these arguments;
 *   <li>I3 a call that has to be asked about runs only after a valid decision on these arguments;
 *   <li>I4 each call of a turn has exactly one answer, in the order asked;
 *   <li>I5 the ledger that was told adds up, and is what the provider charged;
 *   <li>I6 what the provider really charged never passes the limit of the task, the tasks above it,
 *       the session or the tenant's day: not by one call, not by a nano-dollar;
 *   <li>I7 what was told of a session has no gap, and what was told twice is the same;
 *   <li>I8 the situation in memory is the fold of the journal;
 *   <li>I9 nothing of one tenant is done in the name of another;
 *   <li>I10 whatever runs waits for something that can come, and ends;
 *   <li>I11 no input is dropped without a trace;
 *   <li>I12 what a session remembers is bounded;
 *   <li>G the guardrails of a task: steps, tokens, calls per tool, identical and parallel calls,
 *       deadline, allow-list, pause.
 * </ul>
 */
final class Invariants {
  private final World world;
  private final Map<String, Audit> audits = new HashMap<>();
  private final Map<String, NanoUsd> chargedFor = new HashMap<>();
  private final Map<String, NanoUsd> chargedTask = new HashMap<>();
  private final Map<String, NanoUsd> chargedSession = new HashMap<>();
  private final Map<String, NanoUsd> chargedDay = new HashMap<>();

  Invariants(World world) {
    this.world = world;
  }

  /** What an event is known by, as {@link Input#id} has it; empty for a timer. */
  static String id(SessionEvent event) {
    return switch (event) {
      case SessionEvent.TaskSubmitted e -> "task " + e.task().id();
      case SessionEvent.TaskUnservable e -> "task " + e.taskId();
      case SessionEvent.ModelReplied e -> "reply " + e.callId();
      case SessionEvent.ToolCallCompleted e -> "result " + e.callId();
      case SessionEvent.DecisionMade e -> "decision " + e.decisionId();
      case SessionEvent.CancelRequested e -> "control " + e.controlId();
      case SessionEvent.PauseRequested e -> "control " + e.controlId();
      case SessionEvent.ResumeRequested e -> "control " + e.controlId();
      case SessionEvent.BudgetGranted e -> "grant " + e.requestId();
      case SessionEvent.Copied e -> "part " + e.index();
      case SessionEvent.Forked e -> "fork " + e.fork().origin();
      case SessionEvent.TimerFired _ -> "";
    };
  }

  static void require(boolean holds, String invariant, String what) {
    if (!holds) {
      throw new Violation(invariant, what);
    }
  }

  // At every decision

  void decided(
      SessionState before, SessionEvent event, Decision decision, String id, Set<String> applied) {
    SessionState after = decision.next();
    if (decision.kind() == Kind.REPEATED) {
      require(
          id.isEmpty() || applied.contains(id), "I11", id + " left no trace: " + decision.reason());
      require(after.equals(before), "I8", "a repeated input moved the session");
      return;
    }
    require(
        after.session().sequence() == before.session().sequence() + 1,
        "I7",
        "a sequence was left out");
    require(!decision.reason().isEmpty(), "I11", "no reason is given for " + event);
    Optional<String> tooMuch = StateSize.problem(after);
    require(tooMuch.isEmpty(), "I12", tooMuch.orElse(""));
    if (after instanceof Running running) {
      waitsForSomething(running);
      withinLimits(running);
    } else {
      require(after.session().waiting().isEmpty(), "I10", "a task waits for nothing");
    }
    for (Effect effect : decision.effects()) {
      sameTenant(effect);
    }
  }

  private static void waitsForSomething(Running state) {
    require(Waiting.next(state).isPresent(), "I10", "a task waits for no time");
    if (state instanceof AwaitingTools tools) {
      boolean pending = false;
      int sent = 0;
      for (OpenCall call : tools.calls()) {
        sent += call.progress() instanceof Progress.Sent ? 1 : 0;
        pending |= call.progress() instanceof Progress.Gated;
      }
      require(pending || sent > 0, "I10", "a turn waits for nothing");
      require(sent <= limits(state).maxParallelCalls(), "G", sent + " calls are under way at once");
    }
  }

  private static void withinLimits(Running state) {
    Left left = Left.of(state.session(), state.run());
    require(left.steps() >= 0, "G", "more steps than allowed: " + left.steps());
    if (state instanceof AwaitingModel waiting) {
      NanoUsd reserved = waiting.call().reserved();
      require(
          left.cost().compareTo(reserved) >= 0,
          "I6",
          "%s is reserved and %s is left".formatted(reserved, left.cost()));
      require(
          waiting.call().maxOutput() <= Math.max(left.tokens(), 0),
          "G",
          "a call may give more tokens than are left");
    }
  }

  private void sameTenant(Effect effect) {
    switch (effect) {
      case CallTool it -> sameTenant(it.taskId(), it.tenant());
      case Effect.StartAgent it -> sameTenant(it.taskId(), it.tenant());
      case Effect.AskPerson it -> sameTenant(it.taskId(), it.tenant());
      case Effect.RequestBudget it -> sameTenant(it.taskId(), it.tenant());
      case PublishResult it -> sameTenant(it.id(), it.tenant());
      case Effect.RaiseAlert it -> sameTenant(it.task().id(), it.task().tenant());
      case CallModel _, Effect.AbandonModel _, Effect.CancelAgent _, Effect.ReturnBudget _ -> {}
    }
  }

  private void sameTenant(String taskId, String tenant) {
    require(
        world.task(taskId).tenant().equals(tenant), "I9", taskId + " acts for tenant " + tenant);
  }

  // At every record that is safe

  void journaled(String session, SessionEvent event) {
    audits.computeIfAbsent(session, Audit::new).step(event);
  }

  void executed(String session, CallTool call) {
    Audit audit = audits.get(session);
    CallTool journaled = audit == null ? null : audit.sent(call.id());
    require(
        journaled != null
            && journaled.arguments().equals(call.arguments())
            && journaled.tool().equals(call.tool()),
        "I2",
        "%s ran with %s, which is not in the journal".formatted(call.id(), call.arguments()));
  }

  // At every charge

  void charged(CallModel call, NanoUsd cost) {
    require(
        chargedFor.put(call.id(), cost) == null,
        "I5",
        "model call " + call.id() + " was made twice under one id");
    Task task = world.task(call.taskId());
    for (Optional<String> at = Optional.of(task.id()); at.isPresent(); ) {
      Task one = world.task(at.get());
      within(chargedTask, one.id(), cost, one.limits().maxCost(), "task");
      at = world.parentTask(one.id());
    }
    String session = world.sessionOf(task.id());
    for (Optional<String> at = Optional.of(session); at.isPresent(); ) {
      NanoUsd limit = at.get().equals(session) ? task.limits().maxSessionCost() : NanoUsd.UNLIMITED;
      within(chargedSession, at.get(), cost, limit, "session");
      at = world.parentOf(at.get());
    }
    if (task.governed()) {
      LocalDate day = LocalDate.ofInstant(call.at(), ZoneOffset.UTC);
      NanoUsd limit = world.tenants.limits.getOrDefault(task.tenant(), NanoUsd.UNLIMITED);
      within(chargedDay, task.tenant() + " " + day, cost, limit, "tenant");
    }
  }

  private static void within(
      Map<String, NanoUsd> charged, String whose, NanoUsd cost, NanoUsd limit, String what) {
    NanoUsd sum = charged.merge(whose, cost, NanoUsd::plus);
    require(
        sum.compareTo(limit) <= 0,
        "I6",
        "%s %s was charged %s of at most %s".formatted(what, whose, sum, limit));
  }

  // At the end

  void atTheEnd() {
    Map<String, Map<LedgerEntry.Kind, NanoUsd>> ledger = new LinkedHashMap<>();
    Map<String, PublishResult> results = new HashMap<>();
    for (Partition partition : world.partitions) {
      told(partition, ledger);
      for (Log.Entry entry : partition.log.of(Topic.RESULTS)) {
        PublishResult result = (PublishResult) entry.value();
        PublishResult other = results.putIfAbsent(result.id(), result);
        require(
            other == null || other.equals(result),
            "I1",
            "task %s ended twice, %s and %s".formatted(result.id(), other, result));
      }
    }
    for (String task : world.tasks()) {
      require(results.containsKey(task), "I1", "task " + task + " has no result");
    }
    require(world.tasks().containsAll(results.keySet()), "I1", "somebody else's task ended");
    ledger.forEach(this::addsUp);
    chargedFor.forEach(
        (callId, cost) ->
            require(
                !cost.positive() || ledger.containsKey(callId),
                "I5",
                callId + " was charged and is in no ledger"));
    for (Owner owner : world.owners()) {
      for (String session : owner.sessions()) {
        Audit audit = audits.get(session);
        SessionState folded = audit == null ? SessionState.initial(session) : audit.state();
        require(
            folded.equals(owner.stateOf(session)), "I8", "session " + session + " is not its fold");
      }
    }
  }

  private void told(Partition partition, Map<String, Map<LedgerEntry.Kind, NanoUsd>> ledger) {
    Map<String, Map<Long, Told>> known = new HashMap<>();
    for (Log.Entry entry : partition.log.of(Topic.EVENTS)) {
      Told told = (Told) entry.value();
      Map<Long, Told> before = known.computeIfAbsent(entry.session(), _ -> new HashMap<>());
      Told first = before.putIfAbsent(told.sequence(), told);
      if (first != null) {
        require(
            first.equals(told),
            "I7",
            "event %d of %s was told twice, differently"
                .formatted(told.sequence(), entry.session()));
        continue;
      }
      require(
          told.sequence() == before.size(),
          "I7",
          "event %d of %s was told as number %d"
              .formatted(told.sequence(), entry.session(), before.size()));
      for (LedgerEntry line : told.decision().ledger()) {
        ledger
            .computeIfAbsent(line.callId(), _ -> new EnumMap<>(LedgerEntry.Kind.class))
            .merge(line.kind(), line.amount(), NanoUsd::plus);
      }
    }
    partition.journals.forEach(
        (session, journal) ->
            require(
                known.getOrDefault(session, Map.of()).size() == journal.size(),
                "I7",
                "%d of %d events of %s were told"
                    .formatted(
                        known.getOrDefault(session, Map.of()).size(), journal.size(), session)));
  }

  private void addsUp(String callId, Map<LedgerEntry.Kind, NanoUsd> lines) {
    NanoUsd reserved = lines.getOrDefault(LedgerEntry.Kind.RESERVED, NanoUsd.ZERO);
    NanoUsd settled = lines.getOrDefault(LedgerEntry.Kind.SETTLED, NanoUsd.ZERO);
    NanoUsd released = lines.getOrDefault(LedgerEntry.Kind.RELEASED, NanoUsd.ZERO);
    NanoUsd unsettled = lines.getOrDefault(LedgerEntry.Kind.UNSETTLED, NanoUsd.ZERO);
    require(
        reserved.equals(settled.plus(released).plus(unsettled)),
        "I5",
        "%s: %s reserved, %s".formatted(callId, reserved, lines));
    NanoUsd cost = Objects.requireNonNullElse(chargedFor.get(callId), NanoUsd.ZERO);
    boolean right =
        unsettled.equals(NanoUsd.ZERO)
            ? settled.equals(cost)
            : settled.compareTo(cost) <= 0 && settled.plus(unsettled).compareTo(cost) >= 0;
    require(right, "I5", "%s was charged %s, the ledger has %s".formatted(callId, cost, lines));
  }

  /** What the task of a session may use. */
  static Limits limits(Running state) {
    return state.run().task().limits();
  }
}
