package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.SessionEvent.PauseRequested;
import dev.weirkeeper.planner.session.SessionEvent.ResumeRequested;
import dev.weirkeeper.planner.session.SessionState.Paused;
import java.util.Optional;

/** Between two turns: may the task go on, and how? */
final class Reflect {
  private Reflect() {}

  static SessionState next(Draft d, Now before) {
    Now now = Alerts.check(d, before);
    return halt(d, now)
        .orElseGet(
            () ->
                now.run().agent().mode() == Mode.PIPELINE
                    ? Pipeline.next(d, now)
                    : Plan.call(d, now, Optional.empty()));
  }

  /** Nothing new is started after the deadline or while the session is paused. */
  static Optional<SessionState> halt(Draft d, Now now) {
    if (now.run().late(d.at)) {
      return Optional.of(
          Ending.end(d, now, Status.DEADLINE_EXCEEDED, Ending.tookTooLong(now.run()), ""));
    }
    if (now.session().pausing()) {
      d.because(Phase.REFLECT, "paused before the next call");
      return Optional.of(new Paused(now.session(), now.run()));
    }
    return Optional.empty();
  }

  static SessionState pause(Draft d, SessionState state, PauseRequested e) {
    Session session = seen(state, e.controlId());
    if (session.pausing()) {
      return d.noted(state.with(session), "the session was paused before");
    }
    d.because(Phase.REFLECT, e.by() + " paused the session: " + e.reason());
    return state.with(session.withPausing(true));
  }

  static SessionState resume(Draft d, SessionState state, ResumeRequested e) {
    Session session = seen(state, e.controlId());
    if (!session.pausing()) {
      return d.noted(state.with(session), "nothing is paused");
    }
    d.because(Phase.REFLECT, e.by() + " resumed the session");
    Session resumed = session.withPausing(false);
    return state instanceof Paused paused
        ? next(d, new Now(resumed, paused.run()))
        : state.with(resumed);
  }

  private static Session seen(SessionState state, String controlId) {
    return state.session().with(state.session().inputs().seeing(controlId));
  }
}
