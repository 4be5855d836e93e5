package dev.weirkeeper.system.check;

import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.BudgetGrant;
import dev.weirkeeper.wire.BudgetRequest;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Every task ends, once. */
final class TaskRules {

  private static final String IDLE = "Idle";

  private TaskRules() {}

  /** Every task that was submitted has a result. */
  static void noTaskLost(History history, BiConsumer<String, String> broken) {
    Set<String> ended = new HashSet<>();
    history
        .all(TaskResult.class)
        .forEach(
            result -> ended.add(id(result.value().getSessionId(), result.value().getTaskId())));
    Set<String> told = new HashSet<>();
    for (Said<Task> task : history.all(Task.class)) {
      String id = id(task.value().getSessionId(), task.value().getTaskId());
      if (!ended.contains(id) && told.add(id)) {
        broken.accept(id, "submitted at " + task.place() + ", has no result");
      }
    }
  }

  /**
   * A task has one result: one record under exactly-once, and the same words in each record
   * otherwise.
   */
  static void oneResultPerTask(History history, BiConsumer<String, String> broken) {
    Map<String, Said<TaskResult>> first = new HashMap<>();
    for (Said<TaskResult> result : history.all(TaskResult.class)) {
      String id = id(result.value().getSessionId(), result.value().getTaskId());
      Said<TaskResult> before = first.putIfAbsent(id, result);
      if (before != null
          && (history.dump().exactlyOnce() || !before.value().equals(result.value()))) {
        broken.accept(
            id,
            "has a result at %s (%s) and another at %s (%s)"
                .formatted(
                    before.place(),
                    before.value().getStatus(),
                    result.place(),
                    result.value().getStatus()));
      }
      if (result.value().getStatus() == TaskStatus.UNKNOWN) {
        broken.accept(id, "ended with no status of ours");
      }
    }
  }

  /** A session that is not idle waits for something that is on its way. */
  static void openSessionHasPendingCause(History history, BiConsumer<String, String> broken) {
    Set<String> replied = new HashSet<>();
    history.all(ModelReply.class).forEach(r -> replied.add(r.value().getCallId()));
    Set<String> asked = new HashSet<>();
    history.all(ModelCall.class).forEach(c -> asked.add(c.value().getCallId()));
    Set<String> granted = new HashSet<>();
    history.all(BudgetGrant.class).forEach(g -> granted.add(g.value().getRequestId()));
    Set<String> requested = new HashSet<>();
    history.all(BudgetRequest.class).forEach(r -> requested.add(r.value().getRequestId()));
    Set<String> people = new HashSet<>();
    history.all(ApprovalRequest.class).forEach(r -> people.add(r.value().getCallId()));
    Set<String> controlled = new HashSet<>();
    history.all(Control.class).forEach(c -> controlled.add(c.value().getSessionId()));
    Map<String, Set<String>> openCalls = Calls.open(history);
    for (String session : history.eventRecords().keySet()) {
      List<SessionEvent> events = history.events(session);
      SessionEvent last = events.getLast();
      boolean waits =
          switch (last.getState()) {
            case IDLE -> true;
            case "AwaitingModel" -> {
              List<String> calls = effects(events, "CallModel");
              yield !calls.isEmpty()
                  && asked.contains(calls.getLast())
                  && !replied.contains(calls.getLast());
            }
            case "AwaitingBudget" -> {
              List<String> requests = effects(events, "RequestBudget");
              yield !requests.isEmpty()
                  && requested.contains(requests.getLast())
                  && !granted.contains(requests.getLast());
            }
            case "AwaitingTools" ->
                !openCalls.getOrDefault(session, Set.of()).isEmpty()
                    || effects(events, "RequestApproval").stream().anyMatch(people::contains);
            case "Paused" -> controlled.contains(session);
            default -> false;
          };
      if (!waits) {
        broken.accept(
            session,
            "is %s after event %d and nothing it waits for is on its way"
                .formatted(last.getState(), last.getSequence()));
      }
    }
  }

  private static List<String> effects(List<SessionEvent> events, String kind) {
    List<String> ids = new ArrayList<>();
    for (SessionEvent event : events) {
      for (EffectSummary effect : event.getEffects()) {
        if (effect.getKind().equals(kind)) {
          ids.add(effect.getId());
        }
      }
    }
    return ids;
  }

  private static String id(String session, String task) {
    return "task " + task + " of session " + session;
  }
}
