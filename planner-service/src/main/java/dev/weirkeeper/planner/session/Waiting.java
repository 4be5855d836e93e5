package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.session.Effect.AlertKind;
import dev.weirkeeper.planner.session.OpenCall.Progress.Asked;
import dev.weirkeeper.planner.session.OpenCall.Progress.Done;
import dev.weirkeeper.planner.session.OpenCall.Progress.Gated;
import dev.weirkeeper.planner.session.OpenCall.Progress.Queued;
import dev.weirkeeper.planner.session.OpenCall.Progress.Sent;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Copying;
import dev.weirkeeper.planner.session.SessionState.Idle;
import dev.weirkeeper.planner.session.SessionState.Paused;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a session waits for: effects that may be given again, and times that may come. */
public final class Waiting {
  private Waiting() {}

  /** A time and what it is for. */
  public record Alarm(Instant at, Timer timer) {}

  /** The effects that somebody has yet to answer. */
  public static List<Effect> outstanding(SessionState state) {
    List<Effect> effects = new ArrayList<>();
    switch (state) {
      case Idle _, Copying _, Paused _ -> {}
      case AwaitingBudget waiting -> effects.add(waiting.request());
      case AwaitingModel waiting -> effects.add(waiting.call());
      case AwaitingTools waiting -> {
        for (OpenCall call : waiting.calls()) {
          switch (call.progress()) {
            case Gated(Effect.AskPerson request) -> effects.add(request);
            case Sent(Effect.Dispatch dispatch) -> effects.add(dispatch);
            case Asked _, Queued _, Done _ -> {}
          }
        }
      }
    }
    return List.copyOf(effects);
  }

  /** The next time to look at the session again; none if it waits for no time. */
  public static Optional<Alarm> next(SessionState state) {
    return state instanceof Running running
        ? alarms(running).stream().min(Comparator.comparing(Alarm::at))
        : Optional.empty();
  }

  /** Whether a session waits for this time, and it has come. */
  static boolean due(Running state, Timer timer, Instant at) {
    for (Alarm alarm : alarms(state)) {
      if (alarm.timer.equals(timer) && !at.isBefore(alarm.at)) {
        return true;
      }
    }
    return false;
  }

  private static List<Alarm> alarms(Running state) {
    Run run = state.run();
    Limits limits = run.limits();
    List<Alarm> alarms = new ArrayList<>();
    alarms.add(new Alarm(run.deadline(), new Timer.Deadline()));
    if (!run.alerted().contains(AlertKind.DURATION)) {
      run.agent()
          .alerts()
          .duration()
          .ifPresent(
              age -> alarms.add(new Alarm(run.startedAt().plus(age), new Timer.LongRunning())));
    }
    if (state instanceof AwaitingTools waiting) {
      boolean onlyPeople = true;
      for (OpenCall call : waiting.calls()) {
        switch (call.progress()) {
          case Gated(Effect.AskPerson request) ->
              alarms.add(new Alarm(request.expires(), new Timer.ApprovalExpiry(call.id())));
          case Sent(Effect.Dispatch dispatch) -> {
            onlyPeople = false;
            alarms.add(new Alarm(dispatch.deadline(), new Timer.CallTimeout(call.id())));
          }
          case Asked _, Queued _, Done _ -> {}
        }
      }
      if (onlyPeople) {
        alarms.add(new Alarm(waiting.since().plus(limits.maxIdle()), new Timer.Idle()));
      }
    }
    return alarms;
  }
}
