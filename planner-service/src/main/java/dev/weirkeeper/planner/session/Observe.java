package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Account.SubAgent;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Approval;
import dev.weirkeeper.planner.session.Effect.Arguments;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.OpenCall.Progress.Asked;
import dev.weirkeeper.planner.session.OpenCall.Progress.Done;
import dev.weirkeeper.planner.session.OpenCall.Progress.Gated;
import dev.weirkeeper.planner.session.OpenCall.Progress.Queued;
import dev.weirkeeper.planner.session.OpenCall.Progress.Sent;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.SessionState.AwaitingTools;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Transcript.Answer;
import dev.weirkeeper.planner.session.Transcript.AnsweredCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Taking in what comes back: results, decisions, silence. The turn ends when all are answered. */
final class Observe {
  private Observe() {}

  static SessionState completed(Draft d, AwaitingTools state, ToolCallCompleted e) {
    Optional<OpenCall> found = state.find(e.callId());
    if (found.isEmpty()) {
      return completedLate(d, state, e);
    }
    OpenCall call = found.get();
    return switch (call.progress()) {
      case Sent _ -> {
        d.because(Phase.OBSERVE, call.id() + (e.error() ? " came back with an error" : " is done"));
        AwaitingTools paid = (AwaitingTools) rollUp(state, e);
        Now now = new Now(paid.session(), paid.run());
        String text = state.run().agent().mode() == Mode.PIPELINE ? e.text() : "";
        Done done =
            new Done(new Answer.Logged(state.session().sequence()), e.error(), e.content(), text);
        yield advance(d, now, replace(state.calls(), call.with(done)));
      }
      case Done done ->
          done.answer() instanceof Answer.Logged
              ? d.repeated(state, call.id() + " was answered before")
              : completedLate(d, state, e);
      case Gated _, Queued _, Asked _ ->
          d.noted(state, "a result for %s came before it was sent".formatted(call.id()));
    };
  }

  /** What a sub-agent spent counts, whether or not its answer does. */
  private static SessionState rollUp(SessionState state, ToolCallCompleted e) {
    Account account = state.session().account();
    if (!(account.held().get(e.callId()) instanceof SubAgent child)) {
      return state;
    }
    NanoUsd cost = e.childCost().max(NanoUsd.ZERO);
    NanoUsd unsettled = e.childUnsettled().max(NanoUsd.ZERO);
    Session session = state.session().with(account.notHolding(e.callId()).settled(cost, unsettled));
    if (state instanceof Running running && running.run().task().id().equals(child.taskId())) {
      Run run = running.run();
      return running.with(
          session, run.with(run.spent().rolledUp(cost, unsettled, e.childUsage(), e.childSteps())));
    }
    return state.with(session);
  }

  /** A result that nobody waits for any more. */
  static SessionState completedLate(Draft d, SessionState state, ToolCallCompleted e) {
    Session session = state.session();
    if (!session.inputs().closed().contains(e.callId())
        && !(session.account().held().get(e.callId()) instanceof SubAgent)) {
      return d.repeated(state, e.callId() + " was answered before");
    }
    d.because(Phase.OBSERVE, "the result of " + e.callId() + " came too late and is ignored");
    return rollUp(state.with(session.with(session.inputs().answered(e.callId()))), e);
  }

  static SessionState decided(Draft d, AwaitingTools before, DecisionMade e) {
    AwaitingTools state = before.with(seen(before, e), before.run());
    Optional<OpenCall> found = state.find(e.callId());
    if (found.isEmpty() || !(found.get().progress() instanceof Gated(AskPerson request))) {
      return nothingToDecide(d, before, e);
    }
    Optional<String> refusal = refusal(request, e, d);
    if (refusal.isPresent()) {
      return d.noted(
          state,
          "the decision of %s on %s is refused: %s"
              .formatted(e.decidedBy(), e.callId(), refusal.get()));
    }
    OpenCall call = found.get();
    Approval approval =
        new Approval(request.rule(), Optional.of(e.decidedBy()), Optional.of(e.decisionId()));
    OpenCall decided =
        switch (e.verdict()) {
          case Verdict.Approve _ -> {
            d.because(Phase.ACT, "%s approved %s".formatted(e.decidedBy(), call.id()));
            yield call.with(new Queued(request.tool(), request.arguments(), Optional.of(approval)));
          }
          case Verdict.Edit(String arguments, String hash) -> {
            d.because(
                Phase.ACT,
                "%s approved %s with other arguments: %s instead of %s"
                    .formatted(e.decidedBy(), call.id(), hash, request.arguments().hash()));
            yield call.with(
                new Queued(request.tool(), new Arguments(arguments, hash), Optional.of(approval)));
          }
          case Verdict.Reject(String reason) -> {
            d.because(
                Phase.OBSERVE, "%s rejected %s: %s".formatted(e.decidedBy(), call.id(), reason));
            yield call.refused(
                CallError.of(
                    Code.REJECTED,
                    reason.isEmpty() ? "a person rejected the call" : "rejected: " + reason,
                    "do not try it again; find another way or finish"));
          }
          case Verdict.Answer(String text) -> {
            d.because(Phase.OBSERVE, "%s answered %s".formatted(e.decidedBy(), call.id()));
            yield call.with(
                new Done(new Answer.Logged(state.session().sequence()), false, e.content(), text));
          }
        };
    return advance(d, new Now(state.session(), state.run()), replace(state.calls(), decided));
  }

  private static Optional<String> refusal(AskPerson request, DecisionMade e, Draft d) {
    if (e.refusal().isPresent()) {
      return e.refusal();
    }
    if (!e.argumentsHash().equals(request.arguments().hash())) {
      return Optional.of("it is for other arguments");
    }
    if (!d.at.isBefore(request.expires())) {
      return Optional.of("it came after " + request.expires());
    }
    return switch (e.verdict()) {
      case Verdict.Reject _ -> Optional.empty();
      case Verdict.Answer _ ->
          request.question() ? Optional.empty() : Optional.of("the request asks for a yes or no");
      case Verdict.Approve _, Verdict.Edit _ ->
          request.question() ? Optional.of("the request asks for an answer") : Optional.empty();
    };
  }

  static SessionState nothingToDecide(Draft d, SessionState state, DecisionMade e) {
    return d.noted(
        state.with(seen(state, e)),
        "the decision of %s on %s is refused: no such request is open"
            .formatted(e.decidedBy(), e.callId()));
  }

  private static Session seen(SessionState state, DecisionMade e) {
    return state.session().with(state.session().inputs().seeing(e.decisionId()));
  }

  static SessionState timedOut(Draft d, AwaitingTools state, String callId) {
    Optional<OpenCall> found = state.find(callId);
    if (found.isEmpty() || !(found.get().progress() instanceof Sent sent)) {
      return d.repeated(state, callId + " was answered in time");
    }
    OpenCall call = found.get();
    d.because(Phase.OBSERVE, "no result of %s by %s".formatted(callId, sent.dispatch().deadline()));
    Now now = Ending.giveUp(d, new Now(state.session(), state.run()), call, "timed out");
    OpenCall done =
        call.refused(
            CallError.of(
                Code.TIMEOUT,
                "no result of %s came in time; it may still have run".formatted(call.tool()),
                "check before you try it again"));
    return advance(d, now, replace(state.calls(), done));
  }

  static SessionState expired(Draft d, AwaitingTools state, String callId) {
    Optional<OpenCall> found = state.find(callId);
    if (found.isEmpty() || !(found.get().progress() instanceof Gated(AskPerson request))) {
      return d.repeated(state, callId + " was decided in time");
    }
    d.because(Phase.OBSERVE, "nobody decided on %s by %s".formatted(callId, request.expires()));
    OpenCall done =
        found
            .get()
            .refused(
                CallError.of(
                    Code.TIMEOUT,
                    "nobody decided on the call in time; it was not run",
                    "tell the user that it still needs a confirmation"));
    return advance(d, new Now(state.session(), state.run()), replace(state.calls(), done));
  }

  /**
   * Sends what may be sent, and goes on to the next turn if nothing is left open.
   *
   * @param calls all of the turn, in a list that is changed here
   */
  static SessionState advance(Draft d, Now before, List<OpenCall> calls) {
    if (before.run().late(d.at)) {
      return Ending.stop(
          d,
          new AwaitingTools(before.session(), before.run(), calls, d.at),
          Status.DEADLINE_EXCEEDED,
          Ending.tookTooLong(before.run()));
    }
    Now now = before;
    int underWay = 0;
    int sharers = 0;
    for (OpenCall call : calls) {
      if (call.progress() instanceof Sent) {
        underWay++;
      } else if (call.progress() instanceof Queued queued && queued.tool().agent().isPresent()) {
        sharers++;
      }
    }
    for (int i = 0; i < calls.size(); i++) {
      OpenCall call = calls.get(i);
      if (call.progress() instanceof Queued queued
          && underWay < now.run().limits().maxParallelCalls()) {
        Act.Sending sending = Act.send(d, now, call, queued, sharers);
        if (queued.tool().agent().isPresent()) {
          sharers--;
        }
        now = sending.now();
        calls.set(i, sending.call());
        underWay += sending.call().done() ? 0 : 1;
      }
    }
    for (OpenCall call : calls) {
      if (!call.done()) {
        return new AwaitingTools(now.session(), now.run(), calls, d.at);
      }
    }
    if (now.run().agent().mode() == Mode.PIPELINE) {
      return Pipeline.toolAnswered(d, now, (Done) calls.getFirst().progress());
    }
    d.because(Phase.REFLECT, "all " + calls.size() + " calls of the turn are answered");
    return Reflect.next(d, remember(now, calls));
  }

  /**
   * Appends the answers of a turn, in the order asked. A pipeline's calls were not asked for by a
   * model, so no model is shown their answers.
   */
  static Now remember(Now now, List<OpenCall> calls) {
    if (now.run().agent().mode() == Mode.PIPELINE) {
      return now;
    }
    AnsweredCall[] answers = new AnsweredCall[calls.size()];
    Content[] contents = new Content[answers.length];
    for (int i = 0; i < answers.length; i++) {
      OpenCall call = calls.get(i);
      Done done = (Done) call.progress();
      answers[i] = new AnsweredCall(call.providerCallId(), done.answer());
      contents[i] = done.content();
    }
    return now.with(
        now.session()
            .with(now.session().transcript().plusResults(List.of(answers), List.of(contents))));
  }

  private static List<OpenCall> replace(List<OpenCall> calls, OpenCall changed) {
    List<OpenCall> replaced = new ArrayList<>(calls);
    replaced.set(changed.index(), changed);
    return replaced;
  }
}
