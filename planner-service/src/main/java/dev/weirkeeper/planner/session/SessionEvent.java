package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** Something that happened to a session. Every decision is made on exactly one of these. */
public sealed interface SessionEvent {

  /** The planner's time when it took the event in. A clock that was set back stands still. */
  Instant at();

  /** A task came in and can be served. */
  record TaskSubmitted(Instant at, Task task) implements SessionEvent {}

  /** A task came in that can't be served: its agent is unknown, its tenant frozen, or the like. */
  record TaskUnservable(Instant at, String taskId, String tenant, String why)
      implements SessionEvent {}

  /** The model client reports on a call. */
  record ModelReplied(Instant at, String callId, TokenUsage usage, Bill bill, Reply reply)
      implements SessionEvent {}

  /**
   * A tool's executor, or a sub-agent, reports on a call.
   *
   * @param text the answer itself, for pipelines
   * @param childCost settled cost of a sub-agent and all below it
   * @param childUnsettled may have been charged for it as well
   */
  record ToolCallCompleted(
      Instant at,
      String callId,
      boolean error,
      Content content,
      String text,
      NanoUsd childCost,
      NanoUsd childUnsettled,
      TokenUsage childUsage,
      int childSteps)
      implements SessionEvent {}

  /** A person decided on an open request. */
  record DecisionMade(
      Instant at,
      String decisionId,
      String callId,
      String argumentsHash,
      Verdict verdict,
      String decidedBy,
      Content content,
      Optional<String> refusal)
      implements SessionEvent {}

  /** A person wants the running task, or a given one, to stop. */
  record CancelRequested(
      Instant at, String controlId, Optional<String> taskId, String reason, String by)
      implements SessionEvent {}

  /** A person wants no new model call to start. */
  record PauseRequested(Instant at, String controlId, String reason, String by)
      implements SessionEvent {}

  /** A person lets a paused session go on. */
  record ResumeRequested(Instant at, String controlId, String by) implements SessionEvent {}

  /**
   * The tenant's daily budget answers; zero is a refusal.
   *
   * @param day whose budget it is, UTC
   */
  record BudgetGranted(Instant at, String requestId, String tenant, NanoUsd granted, LocalDate day)
      implements SessionEvent {}

  /** A time that {@link Waiting} named has come, or the shell found what no record tells. */
  record TimerFired(Instant at, Timer timer) implements SessionEvent {}

  /** An input of another session comes in, to be part of the conversation of this one. */
  record Copied(Instant at, Fork.Origin origin, int index, Fork.Part part)
      implements SessionEvent {}

  /** All parts are there: the session goes on from a point of the other one. */
  record Forked(Instant at, Fork fork) implements SessionEvent {}

  /** What a reply was. */
  sealed interface Reply {
    /** The model answered. */
    record Answered(Stop stop, String text, List<RequestedCall> calls, Content content)
        implements Reply {}

    /**
     * No usable reply, after all retries.
     *
     * @param tryFallback another model may do better
     * @param mayRetry the same model may well answer another call: the reply was lost, or the
     *     client gave up for reasons of its own
     */
    record Failed(String why, boolean tryFallback, boolean mayRetry) implements Reply {}
  }

  /** What the provider charged. */
  sealed interface Bill {
    /** The provider reported usage. */
    record Known(NanoUsd cost) implements Bill {}

    /** It did not, or not all: it may have charged up to the reservation. */
    record Unknown(NanoUsd atLeast) implements Bill {}
  }

  /** Why a model stopped. */
  enum Stop {
    END_TURN,
    TOOL_USE,
    MAX_OUTPUT_TOKENS,
    STOP_SEQUENCE,
    PAUSED,
    REFUSED,
    CONTEXT_WINDOW_EXCEEDED,
    OTHER
  }

  /**
   * Content that stays in the journal.
   *
   * @param hash SHA-256 in hex
   * @param bytes UTF-8 length
   */
  record Content(String hash, long bytes) {
    static final Content NONE = new Content("", 0);
  }

  /**
   * A tool call as the model asked for it.
   *
   * @param problem why it can't be sent, where the arguments or the name don't fit
   */
  record RequestedCall(
      String providerCallId,
      String tool,
      String arguments,
      String argumentsHash,
      Optional<CallError> problem) {}

  /** What a person decided. */
  sealed interface Verdict {
    record Approve() implements Verdict {}

    record Reject(String reason) implements Verdict {}

    /** Run it with these arguments instead. */
    record Edit(String arguments, String argumentsHash) implements Verdict {}

    /**
     * A person answers in the tool's place.
     *
     * @param text the answer itself, for pipelines
     */
    record Answer(String text) implements Verdict {}
  }

  /** A time that was waited for. */
  sealed interface Timer {
    /** The task may take no longer. */
    record Deadline() implements Timer {}

    /** Nobody did anything for too long. */
    record Idle() implements Timer {}

    /** The task is old enough for an alert. */
    record LongRunning() implements Timer {}

    /** No result came. */
    record CallTimeout(String callId) implements Timer {}

    /** No decision came. */
    record ApprovalExpiry(String callId) implements Timer {}

    /** The planner that made the call is gone and its reply did not come. */
    record ModelCallLost(String callId) implements Timer {}

    /** Somebody froze the tenant: nothing of it may go on. */
    record TenantFrozen() implements Timer {}
  }
}
