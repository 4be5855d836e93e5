package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.trace.TaskTrace;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.wire.JournalRecord;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Where tasks are in their traces: the journal has it with the record that brought a task. */
record TaskTraces(Journal journal) {

  /**
   * The trace of a task that is under way before or after a decision.
   *
   * @param taskId the task; empty: whichever is under way
   */
  TaskTrace of(LiveSession session, String taskId, SessionState before) {
    for (SessionState state : List.of(session.state, before)) {
      if (state instanceof Running running
          && (taskId.isEmpty() || running.run().task().id().equals(taskId))) {
        return of(session, running.run().sequence());
      }
    }
    return TaskTrace.NONE;
  }

  /** The trace of the task that an event brought. */
  TaskTrace of(LiveSession session, long sequence) {
    return session.trace(
        sequence,
        brought -> {
          JournalRecord task = journal.read(session.id, brought);
          return new TaskTrace(
              place(task.getTraceparent(), task.getTracestate()),
              place(task.getCallerTraceparent(), task.getTracestate()));
        });
  }

  /** The headers of what an effect writes. */
  Headers headers(LiveSession session, SessionState before, Effect effect) {
    return switch (effect) {
      case Effect.PublishResult result -> of(session, result.firstSequence()).headers();
      case Effect.StartAgent start ->
          of(session, start.taskId(), before).headersForSubAgent(start.id());
      case Effect.CallModel call -> of(session, call.taskId(), before).headers();
      case Effect.CallTool call -> of(session, call.taskId(), before).headers();
      case Effect.AskPerson ask -> of(session, ask.taskId(), before).headers();
      case Effect.RequestBudget ask -> of(session, ask.taskId(), before).headers();
      case Effect.ReturnBudget back -> of(session, back.taskId(), before).headers();
      case Effect.RaiseAlert alert -> of(session, alert.task().id(), before).headers();
      case Effect.CancelAgent _, Effect.AbandonModel _ -> of(session, "", before).headers();
    };
  }

  private static Optional<TraceContext> place(
      @Nullable String traceparent, @Nullable String tracestate) {
    return traceparent == null ? Optional.empty() : TraceContext.parse(traceparent, tracestate);
  }
}
