package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Effect.RequestBudget;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The situation a session is in. Each holds the effects it waits for, so they can be given again.
 */
public sealed interface SessionState {

  Session session();

  /** The same situation of a session that has moved on. */
  SessionState with(Session session);

  /** A session before its first event. */
  static SessionState initial(String sessionId) {
    return after(Remnant.NONE, sessionId);
  }

  /** A session that was forgotten, before its next event. */
  static SessionState after(Remnant kept, String sessionId) {
    return new Idle(Session.after(kept, sessionId));
  }

  /** Nothing runs. The conversation is kept; ended tasks absorb whatever still comes for them. */
  record Idle(Session session) implements SessionState {
    @Override
    public Idle with(Session changed) {
      return new Idle(changed);
    }
  }

  /**
   * The conversation of another session is being copied in; it has no task yet.
   *
   * @param copies by index of the part
   */
  record Copying(Session session, List<Copy> copies) implements SessionState {
    public Copying {
      copies = List.copyOf(copies);
    }

    @Override
    public Copying with(Session changed) {
      return new Copying(changed, copies);
    }

    /** A part, and the event that brought it. */
    public record Copy(long sequence, Fork.Part part) {}
  }

  /** A task is under way. */
  sealed interface Running extends SessionState {
    Run run();

    @Override
    default Running with(Session changed) {
      return with(changed, run());
    }

    /** The same situation with the task's counters changed as well. */
    Running with(Session session, Run run);
  }

  /** The tenant's daily budget is asked before a model call. */
  record AwaitingBudget(Session session, Run run, RequestBudget request, ModelTurn turn)
      implements Running {
    @Override
    public AwaitingBudget with(Session changed, Run counted) {
      return new AwaitingBudget(changed, counted, request, turn);
    }
  }

  /** The model is asked. */
  record AwaitingModel(Session session, Run run, CallModel call) implements Running {
    @Override
    public AwaitingModel with(Session changed, Run counted) {
      return new AwaitingModel(changed, counted, call);
    }
  }

  /**
   * The calls of a turn are open: gated, queued, sent or done, at least one not done.
   *
   * @param since the last of them moved on
   */
  record AwaitingTools(Session session, Run run, List<OpenCall> calls, Instant since)
      implements Running {
    public AwaitingTools {
      calls = List.copyOf(calls);
    }

    @Override
    public AwaitingTools with(Session changed, Run counted) {
      return new AwaitingTools(changed, counted, calls, since);
    }

    Optional<OpenCall> find(String callId) {
      for (OpenCall call : calls) {
        if (call.id().equals(callId)) {
          return Optional.of(call);
        }
      }
      return Optional.empty();
    }
  }

  /** A person stopped the loop before its next call. */
  record Paused(Session session, Run run) implements Running {
    @Override
    public Paused with(Session changed, Run counted) {
      return new Paused(changed, counted);
    }
  }

  /** The model call a session is about to make. */
  record ModelTurn(int turn, int attempt, Optional<Effect.Prompt> prompt) {}
}
