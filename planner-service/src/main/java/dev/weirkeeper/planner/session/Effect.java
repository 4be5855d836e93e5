package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Tool;
import dev.weirkeeper.planner.money.NanoUsd;
import java.time.Instant;
import java.util.Optional;

/**
 * Something the shell is to do. An effect may be done more than once, when a planner dies and its
 * successor can't know; ids are derived, so every receiver can drop what it has seen.
 */
public sealed interface Effect {

  /** What it is about: a call id, a task id. */
  String id();

  /**
   * Call the model with the transcript, or with a prompt of its own.
   *
   * @param id {@code session/turn/m<attempt>}
   * @param model index into the agent's models
   * @param inputBound the request has no more input tokens than this
   * @param clamp what made {@code maxOutput} smaller than the limit of the task
   * @param prompt for pipeline steps; absent: the session's transcript
   */
  record CallModel(
      String id,
      String taskId,
      int turn,
      int attempt,
      Agent agent,
      int model,
      long maxOutput,
      long inputBound,
      NanoUsd reserved,
      Clamp clamp,
      String requestHash,
      int entries,
      Optional<Prompt> prompt,
      Instant at)
      implements Effect {}

  /** Why a model call may give less output than the task allows. */
  enum Clamp {
    NONE,
    COST,
    TOKENS
  }

  /** A prompt that is not the transcript. */
  record Prompt(Optional<String> system, String text) {}

  /** Stop waiting for a model call; its reply, if one comes, still settles the bill. */
  record AbandonModel(String id) implements Effect {}

  /** A call that somebody other than a person answers. */
  sealed interface Dispatch extends Effect {
    int index();

    /** After this the planner answers {@code timeout} itself. */
    Instant deadline();

    Arguments arguments();
  }

  /**
   * Send a call to the tool's pool.
   *
   * @param id {@code session/turn/index}, also the idempotency key
   */
  record CallTool(
      String id,
      String taskId,
      int turn,
      int index,
      Tool tool,
      Arguments arguments,
      Optional<Approval> approval,
      Agent agent,
      String tenant,
      Instant at,
      Instant deadline)
      implements Dispatch {}

  /**
   * Start a sub-agent; its result is the call's result.
   *
   * @param id the call's id
   * @param maxCost carved out of the parent's budget
   * @param maxSteps likewise
   * @param maxTokens likewise
   */
  record StartAgent(
      String id,
      String taskId,
      int index,
      String agentName,
      Arguments arguments,
      NanoUsd maxCost,
      int maxSteps,
      long maxTokens,
      String tenant,
      Instant at,
      Instant deadline)
      implements Dispatch {}

  /** Stop a sub-agent that its parent no longer waits for. */
  record CancelAgent(String id, String reason, Instant at) implements Effect {}

  /** Arguments as canonical JSON with their SHA-256 in hex. */
  record Arguments(String json, String hash) {}

  /** What let a call through. */
  record Approval(String rule, Optional<String> decidedBy, Optional<String> decisionId) {}

  /** Ask a person to allow a call, or to answer in the tool's place. */
  record AskPerson(
      String id,
      String taskId,
      int index,
      boolean question,
      Tool tool,
      Arguments arguments,
      String rule,
      Agent agent,
      String tenant,
      NanoUsd spent,
      Instant at,
      Instant expires)
      implements Effect {}

  /** Ask for a part of the tenant's daily budget. */
  record RequestBudget(
      String id, String taskId, String tenant, NanoUsd amount, NanoUsd atLeast, Instant at)
      implements Effect {}

  /**
   * Give a part of it back.
   *
   * @param at lies in the UTC day whose budget it came from
   */
  record ReturnBudget(String id, String taskId, String tenant, NanoUsd amount, Instant at)
      implements Effect {}

  /** Say how a task ended. */
  record PublishResult(
      String id,
      Status status,
      String why,
      String text,
      Spent spent,
      Optional<Agent> agent,
      int model,
      String tenant,
      Instant acceptedAt,
      Instant endedAt,
      long firstSequence,
      long lastSequence)
      implements Effect {}

  /** How a task ends. The set is closed. */
  enum Status {
    COMPLETE,
    MAX_STEPS_EXCEEDED,
    TOKEN_BUDGET_EXCEEDED,
    COST_LIMIT_EXCEEDED,
    DEADLINE_EXCEEDED,
    CANCELLED,
    REFUSED,
    FAILED
  }

  /** Tell people that a threshold was passed. */
  record RaiseAlert(String id, AlertKind kind, Task task, long threshold, long value, Instant at)
      implements Effect {}

  /** What an alert is about. The unit of its numbers is nano-dollars, steps or milliseconds. */
  enum AlertKind {
    COST,
    STEPS,
    DURATION
  }
}
