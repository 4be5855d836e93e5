package dev.weirkeeper.executor.call;

import dev.weirkeeper.executor.tool.ArgumentProblem;
import dev.weirkeeper.executor.tool.Closest;
import dev.weirkeeper.executor.tool.Reconciliation;
import dev.weirkeeper.executor.tool.RetryPolicy;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import dev.weirkeeper.wire.ToolErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Every decision about a call. Functions of their arguments only. */
public final class CallRules {

  /** Longest wait before a call that another executor holds is asked about again. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);

  private CallRules() {}

  /** The answer to a call of a tool that is not offered. */
  public static CallError unknownTool(String name, List<String> offered) {
    String list = offered.isEmpty() ? "none" : String.join(", ", offered);
    return CallError.of(
            ToolErrorCode.UNKNOWN_TOOL,
            "there is no tool '" + name + "' here; available are: " + list,
            Closest.to(name, offered)
                .map(best -> "did you mean " + best + "?")
                .orElse("use one of the available tools"))
        .with("available", offered);
  }

  /** The answer to a call whose arguments don't pass the schema. */
  public static CallError invalidArguments(String tool, List<ArgumentProblem> problems) {
    return CallError.of(
            ToolErrorCode.INVALID_ARGUMENTS,
            "the arguments of "
                + tool
                + " are wrong: "
                + problems.stream().map(ArgumentProblem::message).collect(Collectors.joining("; ")),
            problems.stream()
                .map(ArgumentProblem::hint)
                .filter(hint -> !hint.isEmpty())
                .collect(Collectors.joining("; ")))
        .with(
            "problems",
            problems.stream()
                .map(
                    problem ->
                        Map.of(
                            "path", problem.path(),
                            "expected", problem.expected(),
                            "got", problem.got()))
                .toList());
  }

  /** The answer to a call whose arguments are not those that were checked and approved. */
  public static CallError wrongHash(Call call) {
    return CallError.of(
        ToolErrorCode.REJECTED,
        call.tool()
            + " was not run: the arguments of call "
            + call.id()
            + " do not match their hash, so they are not what was checked and approved",
        "call the tool again");
  }

  /** The answer to a call that could not get its turn. */
  public static CallError rateLimited(String tool, Duration waited) {
    return CallError.of(
            ToolErrorCode.RATE_LIMITED,
            tool + " was not run: its limit left it no turn within " + waited.toSeconds() + " s",
            "call it later, and less often or with fewer calls at once")
        .with("waited_seconds", waited.toSeconds());
  }

  /** The answer to a call whose deadline passed before it could begin. */
  public static CallError noTurn(Call call) {
    return CallError.of(
        ToolErrorCode.TIMEOUT,
        call.tool() + " was not run: its deadline " + call.deadline() + " passed before its turn",
        "call it again if the result is still wanted");
  }

  /** The answer to a call that could not be claimed in its time. */
  public static CallError journalSilent(Call call) {
    return CallError.of(
        ToolErrorCode.EXECUTION_ERROR,
        call.tool() + " was not run: the journal that keeps it from running twice did not answer",
        "call it again later; nothing has changed");
  }

  /**
   * Whether a call may run, once its tool is known and its arguments are valid.
   *
   * @param deliveries how often the broker has delivered it, this time included
   * @param lastDelivery the delivery after which the broker gives up: never run on it, so that a
   *     call that kills its executor does not vanish
   * @param cancelled why the call is no longer wanted, if it is not
   */
  public static Admission admit(
      Call call,
      Effect effect,
      int deliveries,
      int lastDelivery,
      Optional<String> cancelled,
      Instant now) {
    if (deliveries >= lastDelivery) {
      return new Admission.TooLate(
          CallError.of(
                  ToolErrorCode.MAX_RETRIES_EXCEEDED,
                  call.tool()
                      + " was handed out "
                      + deliveries
                      + " times and no executor lived to answer it",
                  effect.readOnly()
                      ? "try other arguments or another way; an operator finds the call in the dead letters"
                      : "it may have taken effect: check before calling it again")
              .with("deliveries", deliveries),
          true);
    }
    if (cancelled.isPresent()) {
      return new Admission.TooLate(cancelled(call.tool(), cancelled.get(), false), false);
    }
    if (!now.isBefore(call.deadline())) {
      return new Admission.TooLate(noTurn(call), false);
    }
    return new Admission.Admitted();
  }

  /** What a call that may not run any more is answered, given what the journal knows of it. */
  public static Outcome tooLate(CallError error, Optional<Claim> known) {
    return switch (known.orElse(null)) {
      case Claim.Done done -> done.outcome();
      case Claim.Deserted deserted ->
          new Outcome.Failed(unknownOutcome(error.message(), deserted.owner()));
      case Claim.Held held -> new Outcome.Failed(unknownOutcome(error.message(), held.owner()));
      case Claim.Granted _ -> new Outcome.Failed(error);
      case Claim.Mismatched _ -> new Outcome.Failed(error);
      case null -> new Outcome.Failed(error);
    };
  }

  private static CallError unknownOutcome(String why, String owner) {
    return CallError.of(
        ToolErrorCode.OUTCOME_UNKNOWN,
        why + "; an earlier run of it by " + owner + " left no result",
        "it may have taken effect: check before calling it again");
  }

  /** What follows from what the journal says about a call that is to be run. */
  public static AfterClaim afterClaim(Call call, Claim claim) {
    return switch (claim) {
      case Claim.Granted granted -> new AfterClaim.Run(granted.epoch());
      case Claim.Done done -> new AfterClaim.AnswerFromJournal(done.outcome(), done.tries());
      case Claim.Held held ->
          new AfterClaim.AskAgain(
              held.lease().compareTo(LONGEST_LOOK) < 0 ? held.lease() : LONGEST_LOOK);
      case Claim.Deserted deserted -> new AfterClaim.TakeOver(deserted.owner(), deserted.epoch());
      case Claim.Mismatched _ ->
          new AfterClaim.Refuse(
              CallError.of(
                  ToolErrorCode.EXECUTION_ERROR,
                  "call "
                      + call.id()
                      + " of "
                      + call.tool()
                      + " was not run: its id was used before for other arguments",
                  "call the tool again: it gets a new id"));
    };
  }

  /** What follows once a deserted call is ours. */
  public static AfterTakeOver afterTakeOver(Effect effect) {
    return effect.repeatable() ? new AfterTakeOver.RunAgain() : new AfterTakeOver.Reconcile();
  }

  /**
   * What a reconciliation means: an outcome, or nothing if the call is to be run.
   *
   * @param content what the tool's result looks like to a model, if it took effect
   */
  public static Optional<Outcome> afterReconciliation(
      Call call, String owner, Reconciliation found, String content) {
    return switch (found) {
      case Reconciliation.Happened _ -> Optional.of(Outcome.Succeeded.whole(content));
      case Reconciliation.NotHappened _ -> Optional.empty();
      case Reconciliation.CannotTell _ ->
          Optional.of(
              new Outcome.Failed(
                  unknownOutcome(
                      call.tool() + " was interrupted and is not run a second time", owner)));
    };
  }

  /**
   * What follows after a try.
   *
   * @param number of the try, from 1
   * @param left time until the call is stopped
   * @param jitter a random number in [0, 1)
   */
  public static AfterAttempt afterAttempt(
      ToolDeclaration tool, Attempt attempt, int number, Duration left, double jitter) {
    return switch (attempt) {
      case Attempt.Returned returned ->
          new AfterAttempt.Answer(Outcome.Succeeded.whole(returned.content()));
      case Attempt.Threw threw -> afterFailure(tool, threw.failure(), number, left, jitter);
      case Attempt.TimedOut timedOut -> failed(timedOut(tool, timedOut.after(), number));
      case Attempt.Cancelled cancelled -> failed(cancelled(tool.name(), cancelled.reason(), true));
      case Attempt.Evicted _ -> new AfterAttempt.HandBack();
    };
  }

  private static AfterAttempt afterFailure(
      ToolDeclaration tool, Failure failure, int number, Duration left, double jitter) {
    RetryPolicy policy = tool.retry();
    if (!failure.retryable()) {
      return failed(failure.error());
    }
    Duration backoff = policy.waitAfter(number, jitter);
    Duration wait =
        failure.retryAfter().filter(asked -> asked.compareTo(backoff) > 0).orElse(backoff);
    if (number < policy.maxAttempts() && wait.compareTo(left) < 0) {
      return new AfterAttempt.TryAgain(wait);
    }
    return failed(policy.maxAttempts() == 1 ? failure.error() : exhausted(tool, failure, number));
  }

  private static CallError exhausted(ToolDeclaration tool, Failure failure, int number) {
    CallError last = failure.error();
    String hint =
        failure
            .retryAfter()
            .map(wait -> "wait " + wait.toSeconds() + " s before calling it again")
            .orElse("wait before calling it again, or go on without it");
    CallError error =
        new CallError(
            last.code() == ToolErrorCode.OUTCOME_UNKNOWN
                ? ToolErrorCode.OUTCOME_UNKNOWN
                : ToolErrorCode.MAX_RETRIES_EXCEEDED,
            tool.name() + " failed " + number + " times, the last time: " + last.message(),
            last.hint().isEmpty() ? hint : last.hint(),
            last.details());
    return error.with("tries", number);
  }

  private static CallError timedOut(ToolDeclaration tool, Duration after, int number) {
    return CallError.of(
            ToolErrorCode.TIMEOUT,
            tool.name() + " was stopped: its time was up after " + after.toMillis() + " ms",
            tool.effect().readOnly()
                ? "ask for less at once, or go on without it"
                : "it may have taken effect: check before calling it again")
        .with("tries", number);
  }

  /** The answer to a call that is no longer wanted. */
  public static CallError cancelled(String tool, String reason, boolean started) {
    return CallError.of(
        ToolErrorCode.CANCELLED,
        tool + (started ? " was stopped: " : " was not run: ") + reason,
        "");
  }

  private static AfterAttempt failed(CallError error) {
    return new AfterAttempt.Answer(new Outcome.Failed(error));
  }
}
