package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.SessionState.Paused;
import java.util.Optional;

/** Between two turns: may the task go on, and how? */
final class Reflect {
  private Reflect() {}

  static SessionState next(Draft d, Now before) {
    Now now = Alerts.check(d, before);
    Run run = now.run();
    if (!d.at.isBefore(run.deadline())) {
      return Ending.end(
          d,
          now,
          Status.DEADLINE_EXCEEDED,
          "the task took longer than its limit of " + run.limits().maxDuration(),
          "");
    }
    if (run.pausing()) {
      d.because(Phase.REFLECT, "paused before the next model call");
      return new Paused(now.session(), run);
    }
    return run.agent().mode() == Mode.PIPELINE
        ? Pipeline.next(d, now)
        : Plan.call(d, now, Optional.empty());
  }
}
