package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.util.Optional;

/** Whether all that could grow with a session's age is bounded. */
public final class StateSize {
  private StateSize() {}

  private static final int IDS = 64;

  /** What has outgrown its bound, in words. */
  public static Optional<String> problem(SessionState state) {
    Inputs inputs = state.session().inputs();
    if (inputs.closed().items().size() > IDS
        || inputs.seen().items().size() > IDS
        || inputs.revoked().items().size() > IDS) {
      return Optional.of("more than " + IDS + " ids of inputs are remembered");
    }
    if (state instanceof Running running
        && running.run().recentCalls().items().size() > Limits.WINDOW) {
      return Optional.of("more than " + Limits.WINDOW + " calls are remembered");
    }
    return Optional.empty();
  }
}
