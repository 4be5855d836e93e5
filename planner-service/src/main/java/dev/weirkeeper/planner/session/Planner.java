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
 * The transition table: for every event and situation, what happens.
 *
 * <p>Deterministic and without side effects. Every pair is written out; one that does nothing says
 * why. What a pair does is in the part of the loop it belongs to: {@link Plan}, {@link Act}, {@link
 * Observe}, {@link Reflect}, {@link Ending}.
 */
public final class Planner {
  private Planner() {}

  /** Decides what an event means to a session. */
  public static Decision step(SessionState before, SessionEvent event) {
    Instant last = before.session().at();
    Draft draft = new Draft(event.at().isBefore(last) ? last : event.at());
    SessionState moved = before.with(before.session().next(draft.at));
    SessionState after = next(draft, moved, event);
    while (after instanceof Idle idle && !idle.session().waiting().isEmpty()) {
      after = Start.beginNext(draft, idle.session());
    }
    return draft.decide(before, after);
  }

  private static SessionState next(Draft d, SessionState before, SessionEvent event) {
    Inputs inputs = before.session().inputs();
    return switch (event) {
      case TaskSubmitted e when inputs.taskIds().contains(e.task().id()) ->
          d.repeated(before, "task " + e.task().id() + " was seen before");
      case TaskSubmitted e when inputs.revoked().contains(e.task().id()) ->
          Ending.revoked(d, before, e.task());
      case TaskSubmitted e when e.task().problem().isPresent() ->
          Ending.unservable(d, before, e.task().id(), e.task().tenant(), e.task().problem().get());
      case TaskSubmitted e ->
          switch (before) {
            case Idle state -> Start.first(d, state.session(), e.task());
            case Copying state -> {
              d.because(Phase.OBSERVE, "the fork was not finished and is dropped");
              yield Start.first(d, state.session(), e.task());
            }
            case Running state -> Start.queue(d, state, e.task());
          };

      case TaskUnservable e when inputs.taskIds().contains(e.taskId()) ->
          d.repeated(before, "task " + e.taskId() + " was seen before");
      case TaskUnservable e -> Ending.unservable(d, before, e.taskId(), e.tenant(), e.why());

      case ModelReplied e ->
          switch (before) {
            case AwaitingModel state when state.call().id().equals(e.callId()) ->
                Plan.replied(d, state, e);
            case Idle _, Copying _, AwaitingBudget _, AwaitingModel _, AwaitingTools _, Paused _ ->
                Plan.repliedLate(d, before, e);
          };

      case ToolCallCompleted e ->
          switch (before) {
            case AwaitingTools state -> Observe.completed(d, state, e);
            case Idle _, Copying _, AwaitingBudget _, AwaitingModel _, Paused _ ->
                Observe.completedLate(d, before, e);
          };

      case DecisionMade e when inputs.seen().contains(e.decisionId()) ->
          d.repeated(before, "decision " + e.decisionId() + " was used before");
      case DecisionMade e ->
          switch (before) {
            case AwaitingTools state -> Observe.decided(d, state, e);
            case Idle _, Copying _, AwaitingBudget _, AwaitingModel _, Paused _ ->
                Observe.nothingToDecide(d, before, e);
          };

      case CancelRequested e when inputs.seen().contains(e.controlId()) ->
          d.repeated(before, "control " + e.controlId() + " was seen before");
      case CancelRequested e -> Ending.cancel(d, before, e);

      case PauseRequested e when inputs.seen().contains(e.controlId()) ->
          d.repeated(before, "control " + e.controlId() + " was seen before");
      case PauseRequested e -> Reflect.pause(d, before, e);

      case ResumeRequested e when inputs.seen().contains(e.controlId()) ->
          d.repeated(before, "control " + e.controlId() + " was seen before");
      case ResumeRequested e -> Reflect.resume(d, before, e);

      case BudgetGranted e ->
          switch (before) {
            case AwaitingBudget state when state.request().id().equals(e.requestId()) ->
                Plan.granted(d, state, e);
            case Idle _, Copying _, AwaitingBudget _, AwaitingModel _, AwaitingTools _, Paused _ ->
                Lease.grantedLate(d, before, e);
          };

      case Copied e ->
          switch (before) {
            case Idle state when state.session().sequence() == 1 && e.index() == 0 ->
                Continue.copy(d, state.session(), List.of(), e);
            case Copying state when e.index() == state.copies().size() ->
                Continue.copy(d, state.session(), state.copies(), e);
            case Idle _, Copying _, Running _ ->
                d.repeated(
                    before, "part " + e.index() + " of a fork is not what this session waits for");
          };

      case Forked e
          when e.fork().task().isPresent()
              && inputs.taskIds().contains(e.fork().task().get().id()) ->
          d.repeated(before, "task " + e.fork().task().get().id() + " was seen before");
      case Forked e ->
          switch (before) {
            case Copying state -> Continue.start(d, state, e);
            case Idle _, Running _ ->
                Continue.refused(
                    d,
                    before,
                    e.fork(),
                    "the session has a history of its own: fork into a new one");
          };

      case TimerFired e ->
          switch (before) {
            case AwaitingModel state
                when e.timer() instanceof Timer.ModelCallLost(String callId)
                    && state.call().id().equals(callId) ->
                Plan.lost(d, state);
            case Running state when e.timer() instanceof Timer.TenantFrozen ->
                Ending.frozen(d, state);
            case Running state when Waiting.due(state, e.timer(), d.at) ->
                fired(d, state, e.timer());
            case Idle _, Copying _, Running _ ->
                d.repeated(before, "the session does not wait for this time, or it has not come");
          };
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
