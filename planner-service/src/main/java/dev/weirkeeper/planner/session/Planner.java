package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Status;
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
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionEvent.TimerFired;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Copying;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.time.Instant;
import java.util.List;

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
    Instant last = before.session().at();
    Draft draft = new Draft(event.at().isBefore(last) ? last : event.at());
    SessionState moved = before.with(before.session().next(draft.at));
    SessionState after = next(draft, new Pair(moved, event));
    while (after instanceof Idle idle && !idle.session().waiting().isEmpty()) {
      after = Start.beginNext(draft, idle.session());
    }
    return draft.decide(before, after);
  }

  private static SessionState next(Draft d, Pair pair) {
    return switch (pair) {
      case Pair(SessionState state, TaskSubmitted e)
          when state.session().inputs().taskIds().contains(e.task().id()) ->
          d.repeated(state, "task " + e.task().id() + " was seen before");
      case Pair(SessionState state, TaskSubmitted e)
          when state.session().inputs().revoked().contains(e.task().id()) ->
          Ending.revoked(d, state, e.task());
      case Pair(SessionState state, TaskSubmitted e) when e.task().problem().isPresent() ->
          Ending.unservable(d, state, e.task().id(), e.task().tenant(), e.task().problem().get());
      case Pair(Idle state, TaskSubmitted e) -> Start.first(d, state.session(), e.task());
      case Pair(Copying state, TaskSubmitted e) -> {
        d.because(Phase.OBSERVE, "the fork was not finished and is dropped");
        yield Start.first(d, state.session(), e.task());
      }
      case Pair(Running state, TaskSubmitted e) -> Start.queue(d, state, e.task());

      case Pair(SessionState state, TaskUnservable e)
          when state.session().inputs().taskIds().contains(e.taskId()) ->
          d.repeated(state, "task " + e.taskId() + " was seen before");
      case Pair(SessionState state, TaskUnservable e) ->
          Ending.unservable(d, state, e.taskId(), e.tenant(), e.why());

      case Pair(AwaitingModel state, ModelReplied e) when state.call().id().equals(e.callId()) ->
          Plan.replied(d, state, e);
      case Pair(Idle state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(Copying state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(AwaitingBudget state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(AwaitingModel state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(AwaitingTools state, ModelReplied e) -> Plan.repliedLate(d, state, e);
      case Pair(Paused state, ModelReplied e) -> Plan.repliedLate(d, state, e);

      case Pair(AwaitingTools state, ToolCallCompleted e) -> Observe.completed(d, state, e);
      case Pair(Idle state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(Copying state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(AwaitingBudget state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(AwaitingModel state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);
      case Pair(Paused state, ToolCallCompleted e) -> Observe.completedLate(d, state, e);

      case Pair(SessionState state, DecisionMade e)
          when state.session().inputs().seen().contains(e.decisionId()) ->
          d.repeated(state, "decision " + e.decisionId() + " was used before");
      case Pair(AwaitingTools state, DecisionMade e) -> Observe.decided(d, state, e);
      case Pair(Idle state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(Copying state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(AwaitingBudget state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(AwaitingModel state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);
      case Pair(Paused state, DecisionMade e) -> Observe.nothingToDecide(d, state, e);

      case Pair(SessionState state, CancelRequested e)
          when state.session().inputs().seen().contains(e.controlId()) ->
          d.repeated(state, "control " + e.controlId() + " was seen before");
      case Pair(SessionState state, CancelRequested e) -> Ending.cancel(d, state, e);

      case Pair(SessionState state, PauseRequested e)
          when state.session().inputs().seen().contains(e.controlId()) ->
          d.repeated(state, "control " + e.controlId() + " was seen before");
      case Pair(SessionState state, PauseRequested e) -> Reflect.pause(d, state, e);

      case Pair(SessionState state, ResumeRequested e)
          when state.session().inputs().seen().contains(e.controlId()) ->
          d.repeated(state, "control " + e.controlId() + " was seen before");
      case Pair(SessionState state, ResumeRequested e) -> Reflect.resume(d, state, e);

      case Pair(AwaitingBudget state, BudgetGranted e)
          when state.request().id().equals(e.requestId()) ->
          Plan.granted(d, state, e);
      case Pair(Idle state, BudgetGranted e) -> Lease.grantedLate(d, state, e);
      case Pair(Copying state, BudgetGranted e) -> Lease.grantedLate(d, state, e);
      case Pair(AwaitingBudget state, BudgetGranted e) -> Lease.grantedLate(d, state, e);
      case Pair(AwaitingModel state, BudgetGranted e) -> Lease.grantedLate(d, state, e);
      case Pair(AwaitingTools state, BudgetGranted e) -> Lease.grantedLate(d, state, e);
      case Pair(Paused state, BudgetGranted e) -> Lease.grantedLate(d, state, e);

      case Pair(Idle state, Copied e) when state.session().sequence() == 1 && e.index() == 0 ->
          Continue.copy(d, state.session(), List.of(), e);
      case Pair(Copying state, Copied e) when e.index() == state.copies().size() ->
          Continue.copy(d, state.session(), state.copies(), e);
      case Pair(SessionState state, Copied e) ->
          d.repeated(state, "part " + e.index() + " of a fork is not what this session waits for");

      case Pair(SessionState state, Forked e)
          when e.fork().task().isPresent()
              && state.session().inputs().taskIds().contains(e.fork().task().get().id()) ->
          d.repeated(state, "task " + e.fork().task().get().id() + " was seen before");
      case Pair(Copying state, Forked e) -> Continue.start(d, state, e);
      case Pair(SessionState state, Forked e) ->
          Continue.refused(
              d, state, e.fork(), "the session has a history of its own: fork into a new one");

      case Pair(AwaitingModel state, TimerFired(_, Timer.ModelCallLost(String callId)))
          when state.call().id().equals(callId) ->
          Plan.lost(d, state);
      case Pair(Running state, TimerFired(_, Timer.TenantFrozen _)) -> Ending.frozen(d, state);
      case Pair(Running state, TimerFired e) when Waiting.due(state, e.timer(), d.at) ->
          fired(d, state, e.timer());
      case Pair(SessionState state, TimerFired _) ->
          d.repeated(state, "the session does not wait for this time, or it has not come");
    };
  }

  private static SessionState fired(Draft d, Running state, Timer timer) {
    return switch (timer) {
      case Timer.Deadline _ ->
          Ending.stop(d, state, Status.DEADLINE_EXCEEDED, Ending.tookTooLong(state.run()));
      case Timer.Idle _ ->
          Ending.stop(
              d,
              state,
              Status.DEADLINE_EXCEEDED,
              "nobody decided for " + state.run().limits().maxIdle());
      case Timer.LongRunning _ -> {
        Now now = Alerts.longRunning(d, new Now(state.session(), state.run()));
        yield state.with(now.session(), now.run());
      }
      case Timer.CallTimeout(String callId) when state instanceof AwaitingTools tools ->
          Observe.timedOut(d, tools, callId);
      case Timer.ApprovalExpiry(String callId) when state instanceof AwaitingTools tools ->
          Observe.expired(d, tools, callId);
      case Timer.CallTimeout _,
          Timer.ApprovalExpiry _,
          Timer.ModelCallLost _,
          Timer.TenantFrozen _ ->
          d.repeated(state, "the session does not wait for this time");
    };
  }
}
