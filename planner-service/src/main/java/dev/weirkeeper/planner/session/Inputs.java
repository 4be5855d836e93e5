package dev.weirkeeper.planner.session;

import java.util.HashSet;
import java.util.Set;

/**
 * What a session remembers of its inputs, to know them when they come again or too late.
 *
 * @param taskIds every task id ever seen
 * @param revoked tasks that were cancelled before they came
 * @param seen controls and decisions
 * @param closed calls and budget requests that nobody waits for any more and that may be answered
 */
public record Inputs(Set<String> taskIds, Recent revoked, Recent seen, Recent closed) {

  private static final int KEPT = 64;

  static final Inputs NONE =
      new Inputs(Set.of(), Recent.last(KEPT), Recent.last(KEPT), Recent.last(KEPT));

  Inputs withTaskId(String taskId) {
    Set<String> more = new HashSet<>(taskIds);
    more.add(taskId);
    return new Inputs(Set.copyOf(more), revoked, seen, closed);
  }

  Inputs revoking(String taskId) {
    return new Inputs(taskIds, revoked.plus(taskId), seen, closed);
  }

  Inputs seeing(String inputId) {
    return new Inputs(taskIds, revoked, seen.plus(inputId), closed);
  }

  Inputs closing(String id) {
    return new Inputs(taskIds, revoked, seen, closed.plus(id));
  }

  /** The answer came after all; another one is a repetition. */
  Inputs answered(String id) {
    return new Inputs(taskIds, revoked, seen, closed.minus(id));
  }
}
