package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.PauseRequested;
import dev.weirkeeper.planner.session.SessionEvent.ResumeRequested;
import dev.weirkeeper.planner.session.SessionEvent.TaskSubmitted;
import dev.weirkeeper.planner.session.SessionEvent.TaskUnservable;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionEvent.TimerFired;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import dev.weirkeeper.planner.session.SessionState.Running;

/**
 * The transition table: for every situation and event, what happens.
 *
 * <p>Deterministic and without side effects. Every pair is written out; one that does nothing says
 * why. What a pair does is in the part of the loop it belongs to: {@link Plan}, {@link Act}, {@link
 * Observe}, {@link Reflect}, {@link Ending}.
 */
public final class Planner {
  private Planner() {}

  private record Pair(SessionState state, SessionEvent event) {}

  /** Decides what an event means to a session. */
  public static Decision step(SessionState before, SessionEvent event) {
    Draft draft = new Draft(event.at());
    SessionState moved = before.with(before.session().next(event.at()));
    return draft.decide(before, next(draft, new Pair(moved, event)));
  }

  private static SessionState next(Draft d, Pair pair) {
    return switch (pair) {
      case Pair(SessionState state, TaskSubmitted e)
          when state.session().taskIds().contains(e.task().id()) ->
          d.repeated(state, "task " + e.task().id() + " was seen before");
      case Pair(Idle state, TaskSubmitted e) -> Start.first(d, state.session(), e.task());
      case Pair(Running state, TaskSubmitted e) -> Start.queue(d, state, e.task());

      case Pair(SessionState state, TaskUnservable e)
          when state.session().taskIds().contains(e.taskId()) ->
          d.repeated(state, "task " + e.taskId() + " was seen before");
      case Pair(SessionState state, TaskUnservable e) -> Ending.unservable(d, state, e);

      case Pair(AwaitingModel state, ModelReplied e) when state.call().id().equals(e.callId()) ->
          Plan.replied(d, state, e);
      case Pair(Idle state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(AwaitingBudget state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(AwaitingModel state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(AwaitingTools state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(Paused state, ModelReplied e) -> Plan.repliedLate(d, state, e);

      case Pair(AwaitingTools state, ToolCallCompleted e) -> Observe.completed(d, state, e);
      case Pair(Idle state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(AwaitingBudget state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(AwaitingModel state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(Paused state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);

      case Pair(SessionState state, DecisionMade e)
          when state.session().seen().contains(e.decisionId()) ->
          d.repeated(state, "decision " + e.decisionId() + " was used before");
      case Pair(AwaitingTools state, DecisionMade e) ->
          Observe.decided(d, state.with(state.session().seeing(e.decisionId()), state.run()), e);
      case Pair(Idle state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(AwaitingBudget state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(AwaitingModel state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(Paused state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);

      case Pair(SessionState state, CancelRequested e)
          when state.session().seen().contains(e.controlId()) ->
          d.repeated(state, "control " + e.controlId() + " was seen before");
      case Pair(SessionState state, CancelRequested e) ->
          Ending.cancel(d, state.with(state.session().seeing(e.controlId())), e);

      case Pair(Running state, PauseRequested e) -> {
        d.because(Phase.REFLECT, "%s paused the session: %s".formatted(e.by(), e.reason()));
        yield state.with(state.session(), state.run().withPausing(true));
      }
      case Pair(Idle state, PauseRequested _) -> d.noted(state, "nothing runs that could pause");

      case Pair(Paused state, ResumeRequested e) -> {
        d.because(Phase.REFLECT, e.by() + " resumed the session");
        yield Reflect.next(d, new Now(state.session(), state.run().withPausing(false)));
      }
      case Pair(Running state, ResumeRequested e) -> {
        d.because(Phase.REFLECT, e.by() + " resumed the session");
        yield state.with(state.session(), state.run().withPausing(false));
      }
      case Pair(Idle state, ResumeRequested _) -> d.noted(state, "nothing is paused");

      case Pair(AwaitingBudget state, BudgetGranted e)
          when state.request().id().equals(e.requestId()) ->
          Plan.granted(d, state, e);
      case Pair(Idle state, BudgetGranted e) -> Plan.grantedLate(d, state, e);
      case Pair(AwaitingBudget state, BudgetGranted e) -> Plan.grantedLate(d, state, e);
      case Pair(AwaitingModel state, BudgetGranted e) -> Plan.grantedLate(d, state, e);
      case Pair(AwaitingTools state, BudgetGranted e) -> Plan.grantedLate(d, state, e);
      case Pair(Paused state, BudgetGranted e) -> Plan.grantedLate(d, state, e);

      case Pair(SessionState state, TimerFired e) -> fired(d, state, e.timer());
    };
  }

  private static SessionState fired(Draft d, SessionState state, Timer timer) {
    return switch (timer) {
      case Timer.Deadline _ when state instanceof Running running ->
          Ending.stop(
              d,
              running,
              Status.DEADLINE_EXCEEDED,
              "the task took longer than its limit of " + running.run().limits().maxDuration());
      case Timer.Idle _ when state instanceof Running running ->
          Ending.stop(
              d,
              running,
              Status.DEADLINE_EXCEEDED,
              "nobody decided for " + running.run().limits().maxIdle());
      case Timer.LongRunning _ when state instanceof Running running -> {
        Now now = Alerts.longRunning(d, new Now(running.session(), running.run()));
        yield running.with(now.session(), now.run());
      }
      case Timer.CallTimeout(String callId) when state instanceof AwaitingTools tools ->
          Observe.timedOut(d, tools, callId);
      case Timer.ApprovalExpiry(String callId) when state instanceof AwaitingTools tools ->
          Observe.expired(d, tools, callId);
      case Timer.ModelCallLost(String callId)
          when state instanceof AwaitingModel model && model.call().id().equals(callId) ->
          Plan.lost(d, model);
      case Timer.Deadline _,
          Timer.Idle _,
          Timer.LongRunning _,
          Timer.CallTimeout _,
          Timer.ApprovalExpiry _,
          Timer.ModelCallLost _ ->
          d.repeated(state, "what the timer waited for has happened");
    };
  }
}
