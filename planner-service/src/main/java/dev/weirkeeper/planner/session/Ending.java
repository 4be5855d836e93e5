package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Account.Held;
import dev.weirkeeper.planner.session.Account.LostReply;
import dev.weirkeeper.planner.session.Account.SubAgent;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.AbandonModel;
import dev.weirkeeper.planner.session.Effect.CancelAgent;
import dev.weirkeeper.planner.session.Effect.PublishResult;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.OpenCall.Progress.Sent;
import dev.weirkeeper.planner.session.Session.Waiter;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How tasks end: with everything closed and exactly one result. */
final class Ending {
  private Ending() {}

  /** Ends a task that waits for nothing any more. */
  static SessionState end(Draft d, Now before, Status status, String why, String text) {
    Now now = Alerts.check(d, before);
    PublishResult result = result(d, now, status, why, text);
    d.because(Phase.END, status + ": " + why);
    d.effect(result);
    return new Idle(Lease.giveBack(d, now).session());
  }

  static String tookTooLong(Run run) {
    return "the task took longer than its limit of " + run.limits().maxDuration();
  }

  private static PublishResult result(Draft d, Now now, Status status, String why, String text) {
    Run run = now.run();
    NanoUsd replies = NanoUsd.ZERO;
    NanoUsd subAgents = NanoUsd.ZERO;
    for (Held held : now.session().account().held().values()) {
      if (held.taskId().equals(run.task().id())) {
        switch (held) {
          case LostReply lost -> replies = replies.plus(lost.amount());
          case SubAgent child -> subAgents = subAgents.plus(child.amount());
        }
      }
    }
    return new PublishResult(
        run.task().id(),
        status,
        why,
        text,
        run.spent().withHeld(replies, subAgents),
        Optional.of(run.agent()),
        run.model(),
        run.task().tenant(),
        run.startedAt(),
        d.at,
        run.sequence(),
        now.session().sequence());
  }

  /** Ends a task in whatever situation it is, closing what is open. */
  static SessionState stop(Draft d, Running state, Status status, String why) {
    return end(d, close(d, state, why), status, why, "");
  }

  private static Now close(Draft d, Running state, String why) {
    Now now = new Now(state.session(), state.run());
    return switch (state) {
      case Paused _ -> now;
      case AwaitingBudget waiting -> now.with(closing(now.session(), waiting.request().id()));
      case AwaitingModel waiting -> {
        d.effect(new AbandonModel(waiting.call().id()));
        yield Plan.giveUp(d, waiting);
      }
      case AwaitingTools waiting -> closeCalls(d, now, waiting.calls(), why);
    };
  }

  private static Now closeCalls(Draft d, Now before, List<OpenCall> open, String why) {
    Now now = before;
    List<OpenCall> calls = new ArrayList<>(open.size());
    for (OpenCall call : open) {
      if (call.done()) {
        calls.add(call);
        continue;
      }
      now = giveUp(d, now, call, why);
      String said =
          call.progress() instanceof Sent
              ? "cancelled; it may still have run: " + why
              : "cancelled before it ran: " + why;
      calls.add(call.refused(CallError.of(Code.CANCELLED, said, "the task has ended")));
    }
    return Observe.remember(now, calls);
  }

  /** Stops waiting for a call. What a sub-agent may still spend stays held. */
  static Now giveUp(Draft d, Now now, OpenCall call, String why) {
    if (!(call.progress() instanceof Sent(Effect.Dispatch dispatch))) {
      return now;
    }
    if (dispatch instanceof StartAgent) {
      d.effect(new CancelAgent(call.id(), why, d.at));
    }
    return now.with(closing(now.session(), call.id()));
  }

  private static Session closing(Session session, String id) {
    return session.with(session.inputs().closing(id));
  }

  /** The tenant of the running task is frozen: its waiting tasks must not begin either. */
  static SessionState frozen(Draft d, Running before) {
    String tenant = before.run().task().tenant();
    String why = "tenant " + tenant + " is frozen";
    List<Waiter> others = new ArrayList<>();
    for (Waiter waiter : before.session().waiting()) {
      if (!waiter.task().tenant().equals(tenant)) {
        others.add(waiter);
      }
    }
    Running state = before.with(before.session().withWaiting(others));
    for (Waiter waiter : before.session().waiting()) {
      if (waiter.task().tenant().equals(tenant)) {
        neverRun(d, state, waiter, why);
      }
    }
    return stop(d, state, Status.CANCELLED, why);
  }

  static SessionState cancel(Draft d, SessionState before, CancelRequested e) {
    String why = e.by() + " cancelled it" + (e.reason().isEmpty() ? "" : ": " + e.reason());
    Session session = before.session().with(before.session().inputs().seeing(e.controlId()));
    SessionState state = before.with(session);
    if (state instanceof Running running
        && (e.taskId().isEmpty() || e.taskId().get().equals(running.run().task().id()))) {
      return stop(d, running, Status.CANCELLED, why);
    }
    if (e.taskId().isEmpty()) {
      return d.noted(state, "nothing to cancel");
    }
    String taskId = e.taskId().get();
    for (Waiter waiter : session.waiting()) {
      if (waiter.task().id().equals(taskId)) {
        List<Waiter> rest = new ArrayList<>(session.waiting());
        rest.remove(waiter);
        return neverRun(d, state.with(session.withWaiting(rest)), waiter, why);
      }
    }
    if (session.inputs().taskIds().contains(taskId)) {
      return d.noted(state, "task " + taskId + " has ended");
    }
    // Controls and tasks come on different topics: this one was faster.
    d.because(Phase.OBSERVE, "task " + taskId + " is cancelled before it came");
    return state.with(session.with(session.inputs().revoking(taskId)));
  }

  /** The task of a cancel that came first. */
  static SessionState revoked(Draft d, SessionState state, Task task) {
    Session session = state.session();
    return neverRun(
        d,
        state.with(session.with(session.inputs().withTaskId(task.id()))),
        new Waiter(task, session.sequence()),
        "it was cancelled before it came");
  }

  /** The result of a task that never began. */
  private static SessionState neverRun(Draft d, SessionState state, Waiter waiter, String why) {
    Run run = Run.begin(waiter.task(), d.at, waiter.sequence());
    d.because(Phase.END, "task " + waiter.task().id() + ": " + why);
    d.effect(result(d, new Now(state.session(), run), Status.CANCELLED, why, ""));
    return state;
  }

  static SessionState unservable(
      Draft d, SessionState state, String taskId, String tenant, String why) {
    PublishResult result =
        new PublishResult(
            taskId,
            Status.FAILED,
            why,
            "",
            Spent.NOTHING,
            Optional.empty(),
            0,
            tenant,
            d.at,
            d.at,
            state.session().sequence(),
            state.session().sequence());
    d.because(Phase.END, "task " + taskId + " can't be served: " + why);
    d.effect(result);
    return state.with(state.session().with(state.session().inputs().withTaskId(taskId)));
  }
}
