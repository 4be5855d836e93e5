package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Session.Waiter;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Transcript.Entry;
import java.util.ArrayList;
import java.util.List;

/** Taking tasks in: one at a time, in the order they came. */
final class Start {
  private Start() {}

  static SessionState first(Draft d, Session session, Task task) {
    return begin(
        d,
        session.with(session.inputs().withTaskId(task.id())),
        new Waiter(task, session.sequence()));
  }

  static SessionState queue(Draft d, Running state, Task task) {
    Session session = state.session();
    List<Waiter> waiting = new ArrayList<>(session.waiting());
    waiting.add(new Waiter(task, session.sequence()));
    d.because(
        Phase.OBSERVE,
        "task %s waits for task %s of the same session"
            .formatted(task.id(), state.run().task().id()));
    return state.with(session.with(session.inputs().withTaskId(task.id())).withWaiting(waiting));
  }

  /** Begins the next waiting task of a session that has nothing else to do. */
  static SessionState beginNext(Draft d, Session session) {
    List<Waiter> waiting = session.waiting();
    return begin(d, session.withWaiting(waiting.subList(1, waiting.size())), waiting.getFirst());
  }

  private static SessionState begin(Draft d, Session session, Waiter waiter) {
    Task task = waiter.task();
    d.because(
        Phase.PLAN,
        "task %s accepted for agent %s version %s"
            .formatted(task.id(), task.agent().name(), task.agent().version()));
    tellLowered(d, task);
    Transcript longer =
        session
            .transcript()
            .plus(
                new Entry.UserText(waiter.sequence()),
                1,
                task.content().bytes(),
                task.content().hash());
    return Reflect.next(d, new Now(session.with(longer), Run.begin(task, d.at, waiter.sequence())));
  }

  static void tellLowered(Draft d, Task task) {
    if (!task.lowered().isEmpty()) {
      d.because(
          Phase.PLAN,
          "it asked for more than its agent allows: " + String.join(", ", task.lowered()));
    }
  }
}
