package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.AbandonModel;
import dev.weirkeeper.planner.session.Effect.CancelAgent;
import dev.weirkeeper.planner.session.Effect.PublishResult;
import dev.weirkeeper.planner.session.Effect.ReturnBudget;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.OpenCall.Progress.Sent;
import dev.weirkeeper.planner.session.Session.Waiter;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionEvent.TaskUnservable;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How tasks end: with everything closed, exactly one result, and the next task begun. */
final class Ending {
  private Ending() {}

  /** Ends a task that waits for nothing any more. */
  static SessionState end(Draft d, Now before, Status status, String why, String text) {
    Now now = Alerts.check(d, before);
    Run run = now.run();
    PublishResult result = result(d, now, status, why, text);
    d.because(Phase.END, "%s: %s".formatted(status, why));
    d.effect(result);
    if (run.task().governed() && run.leaseLeft().positive()) {
      d.effect(
          new ReturnBudget(
              now.session().id() + "/" + run.task().id() + "/return",
              run.task().id(),
              run.task().tenant(),
              run.leaseLeft(),
              d.at));
    }
    Session session = now.session().withResult(result);
    if (session.waiting().isEmpty()) {
      return new Idle(session);
    }
    List<Waiter> waiting = session.waiting();
    return Start.begin(
        d,
        session.withWaiting(List.copyOf(waiting.subList(1, waiting.size()))),
        waiting.getFirst());
  }

  private static PublishResult result(Draft d, Now now, Status status, String why, String text) {
    Run run = now.run();
    return new PublishResult(
        run.task().id(),
        status,
        why,
        text,
        run.spent(),
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
      case AwaitingBudget waiting -> now.with(now.session().closing(waiting.request().id()));
      case AwaitingModel waiting -> {
        d.effect(new AbandonModel(waiting.call().id()));
        yield Plan.hold(d, waiting, TokenUsage.NONE, NanoUsd.ZERO);
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
    return now.run().agent().mode() == Mode.PIPELINE ? now : Observe.remember(now, calls);
  }

  /** Stops waiting for a call. What a sub-agent may still spend stays carved out. */
  static Now giveUp(Draft d, Now now, OpenCall call, String why) {
    if (!(call.progress() instanceof Sent(Effect.Dispatch dispatch))) {
      return now;
    }
    if (dispatch instanceof StartAgent) {
      d.effect(new CancelAgent(call.id(), why, d.at));
    }
    return now.with(now.session().closing(call.id()));
  }

  static SessionState cancel(Draft d, SessionState state, CancelRequested e) {
    String why =
        "%s cancelled it%s".formatted(e.by(), e.reason().isEmpty() ? "" : ": " + e.reason());
    Session session = state.session();
    for (int i = 0; i < session.waiting().size(); i++) {
      Waiter waiter = session.waiting().get(i);
      if (e.taskId().isPresent() && e.taskId().get().equals(waiter.task().id())) {
        List<Waiter> rest = new ArrayList<>(session.waiting());
        rest.remove(i);
        PublishResult result =
            result(
                d,
                new Now(session, Run.begin(waiter.task(), d.at, waiter.sequence())),
                Status.CANCELLED,
                why,
                "");
        d.because(Phase.END, "task %s: %s".formatted(waiter.task().id(), why));
        d.effect(result);
        return state.with(session.withWaiting(List.copyOf(rest)).withResult(result));
      }
    }
    if (state instanceof Running running
        && (e.taskId().isEmpty() || e.taskId().get().equals(running.run().task().id()))) {
      return stop(d, running, Status.CANCELLED, why);
    }
    return d.noted(state, "nothing to cancel");
  }

  static SessionState unservable(Draft d, SessionState state, TaskUnservable e) {
    PublishResult result =
        new PublishResult(
            e.taskId(),
            Status.FAILED,
            e.why(),
            "",
            Spent.NOTHING,
            Optional.empty(),
            0,
            e.tenant(),
            d.at,
            d.at,
            state.session().sequence(),
            state.session().sequence());
    d.because(Phase.END, "task %s can't be served: %s".formatted(e.taskId(), e.why()));
    d.effect(result);
    return state.with(state.session().withTaskId(e.taskId()).withResult(result));
  }
}
