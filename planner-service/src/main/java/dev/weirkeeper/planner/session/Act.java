package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Rule;
import dev.weirkeeper.planner.agent.Tool;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Account.SubAgent;
import dev.weirkeeper.planner.session.CallError.Code;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Approval;
import dev.weirkeeper.planner.session.Effect.Arguments;
import dev.weirkeeper.planner.session.Effect.AskPerson;
import dev.weirkeeper.planner.session.Effect.CallTool;
import dev.weirkeeper.planner.session.Effect.Dispatch;
import dev.weirkeeper.planner.session.Effect.StartAgent;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.OpenCall.Progress.Gated;
import dev.weirkeeper.planner.session.OpenCall.Progress.Queued;
import dev.weirkeeper.planner.session.OpenCall.Progress.Sent;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Running the calls of a turn: each is screened, gated if it must be, and sent. */
final class Act {
  /** Time a call may wait in its pool before its own timeout begins. */
  static final Duration QUEUE_ALLOWANCE = Duration.ofMinutes(2);

  /** A sub-agent's session is named after the call that started it. */
  private static final int LONGEST_SESSION_ID = 255;

  /** One turn must not fill a record with what became of its calls. */
  static final int MOST_CALLS_PER_TURN = 128;

  private Act() {}

  /** Takes up the calls of a turn. All are answered, one way or another, before the next turn. */
  static SessionState turn(Draft d, Now before, List<RequestedCall> requested) {
    Now now = before;
    if (now.run().late(d.at)) {
      return refuseAll(d, now, requested, Status.DEADLINE_EXCEEDED, Ending.tookTooLong(now.run()));
    }
    int left = Left.of(now).steps();
    if (requested.size() > left) {
      String why =
          "the turn asks for %d calls and %d of %d steps are left"
              .formatted(requested.size(), left, now.run().limits().maxSteps());
      return refuseAll(d, now, requested, Status.MAX_STEPS_EXCEEDED, why);
    }
    List<OpenCall> calls = new ArrayList<>(requested.size());
    for (int index = 0; index < requested.size(); index++) {
      Screened screened = screen(d, now, index, requested.get(index));
      if (screened.looping()) {
        String why =
            "%s was called with the same arguments again and again"
                .formatted(requested.get(index).tool());
        return refuseAll(d, before, requested, Status.FAILED, why);
      }
      now = screened.now();
      calls.add(screened.call());
    }
    return request(d, now, calls);
  }

  /**
   * Takes up the turn of a forked task where it was: calls without an answer are looked at again,
   * but not counted again.
   */
  static SessionState takeUp(
      Draft d, Now now, List<Fork.Call> calls, List<Optional<OpenCall.Progress.Done>> known) {
    List<OpenCall> taken = new ArrayList<>(calls.size());
    for (int index = 0; index < calls.size(); index++) {
      RequestedCall requested = calls.get(index).request();
      OpenCall call = open(now, index, requested);
      taken.add(
          known.get(index).isPresent()
              ? call.with(known.get(index).get())
              : unfit(d, now, call, requested)
                  .orElseGet(() -> gate(d, now, call, requested))
                  .call());
    }
    return request(d, now, taken);
  }

  /** Asks people about what they are to decide, and sends what may be sent. */
  private static SessionState request(Draft d, Now now, List<OpenCall> calls) {
    for (OpenCall call : calls) {
      if (call.progress() instanceof Gated(AskPerson request)) {
        d.effect(request);
      }
    }
    return Observe.advance(d, now, calls);
  }

  /** Ends the task with every call of the turn answered and none run. */
  static SessionState refuseAll(
      Draft d, Now now, List<RequestedCall> requested, Status status, String why) {
    List<OpenCall> calls = new ArrayList<>(requested.size());
    for (int index = 0; index < requested.size(); index++) {
      OpenCall call = open(now, index, requested.get(index));
      calls.add(
          call.refused(CallError.of(Code.CANCELLED, "not run: " + why, "the task has ended")));
    }
    return Ending.end(d, Observe.remember(now, calls), status, why, "");
  }

  private record Screened(Now now, OpenCall call, boolean looping) {}

  private static Screened screen(Draft d, Now now, int index, RequestedCall requested) {
    OpenCall call = open(now, index, requested);
    if (index >= MOST_CALLS_PER_TURN) {
      return refused(
          d,
          now,
          call,
          CallError.of(
              Code.RATE_LIMITED,
              "only the first %d calls of a turn are run".formatted(MOST_CALLS_PER_TURN),
              "ask for it again in another turn"));
    }
    Optional<Screened> unfit = unfit(d, now, call, requested);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    Run run = now.run();
    Tool tool = tool(now, requested);
    int used = run.callsOf(tool.name());
    int most = run.limits().maxCalls(tool.name());
    if (used >= most) {
      return refused(
          d,
          now,
          call,
          new CallError(
              Code.RATE_LIMITED,
              "%s was called %d times of at most %d".formatted(tool.name(), used, most),
              Optional.of("go on with what you have, or use another tool"),
              Map.of("count", Integer.toString(used), "limit", Integer.toString(most))));
    }
    String signature = tool.name() + " " + requested.argumentsHash();
    int repeats = run.recentCalls().count(signature);
    int allowed = run.limits().maxIdenticalCalls();
    if (repeats >= 2 * allowed) {
      return new Screened(now, call, true);
    }
    Now counted = now.with(run.calling(tool.name(), signature));
    if (repeats >= allowed) {
      return refused(
          d,
          counted,
          call,
          new CallError(
              Code.RATE_LIMITED,
              "%s was called with these very arguments %d times".formatted(tool.name(), repeats),
              Optional.of("the result will not change: use the one you have or change the call"),
              Map.of("count", Integer.toString(repeats), "limit", Integer.toString(allowed))));
    }
    return gate(d, counted, call, requested);
  }

  /** The answer to a call that its tool could not make sense of, or that has no tool. */
  private static Optional<Screened> unfit(
      Draft d, Now now, OpenCall call, RequestedCall requested) {
    if (requested.problem().isPresent()) {
      return Optional.of(refused(d, now, call, requested.problem().get()));
    }
    Map<String, Tool> tools = now.run().agent().tools();
    if (tools.containsKey(requested.tool())) {
      return Optional.empty();
    }
    String known = String.join(", ", tools.keySet().stream().sorted().toList());
    return Optional.of(
        refused(
            d,
            now,
            call,
            CallError.of(
                Code.UNKNOWN_TOOL,
                "there is no tool named " + requested.tool(),
                "available tools: " + known)));
  }

  private static Tool tool(Now now, RequestedCall requested) {
    return Objects.requireNonNull(now.run().agent().tools().get(requested.tool()));
  }

  private static Screened gate(Draft d, Now now, OpenCall call, RequestedCall requested) {
    Tool tool = tool(now, requested);
    Arguments arguments = new Arguments(requested.arguments(), requested.argumentsHash());
    Rule rule = now.run().agent().rule(tool);
    return switch (rule.action()) {
      case DENY ->
          refused(
              d,
              now,
              call,
              CallError.of(
                  Code.REJECTED,
                  "rule %s forbids %s".formatted(rule.id(), tool.name()),
                  "find a way without it"));
      case ASK -> ask(d, now, call, tool, arguments, rule);
      case ALLOW ->
          tool.asksPerson()
              ? ask(d, now, call, tool, arguments, rule)
              : new Screened(
                  now,
                  call.with(
                      new Queued(
                          tool,
                          arguments,
                          Optional.of(
                              new Approval(rule.id(), Optional.empty(), Optional.empty())))),
                  false);
    };
  }

  private static Screened ask(
      Draft d, Now now, OpenCall call, Tool tool, Arguments arguments, Rule rule) {
    Run run = now.run();
    if (!run.agent().approver()) {
      return refused(
          d,
          now,
          call,
          CallError.of(
              Code.CONFIRMATION_REQUIRED,
              "%s needs a person's confirmation and nobody is there to give it"
                  .formatted(tool.name()),
              "tell the user what you would do and stop"));
    }
    AskPerson request =
        new AskPerson(
            call.id(),
            run.task().id(),
            call.index(),
            tool.asksPerson(),
            tool,
            arguments,
            rule.id(),
            run.agent(),
            run.task().tenant(),
            run.spent().total(),
            d.at,
            d.at.plus(run.limits().approvalTimeout()));
    d.because(Phase.ACT, "rule %s asks a person about %s".formatted(rule.id(), call.id()));
    return new Screened(now, call.with(new Gated(request)), false);
  }

  private static Screened refused(Draft d, Now now, OpenCall call, CallError error) {
    d.because(Phase.ACT, call.id() + " not sent: " + error.message());
    return new Screened(now, call.refused(error), false);
  }

  private static OpenCall open(Now now, int index, RequestedCall requested) {
    String id = now.session().id() + "/" + now.session().turn() + "/" + index;
    return new OpenCall(
        id, index, requested.providerCallId(), requested.tool(), new OpenCall.Progress.Asked());
  }

  /**
   * Sends a call that may run. A sub-agent gets a share of what is left; the task keeps one too, to
   * go on with should none of them come back.
   *
   * @param sharers sub-agents still to be sent, this one included
   */
  static Sending send(Draft d, Now now, OpenCall call, Queued queued, int sharers) {
    Tool tool = queued.tool();
    Run run = now.run();
    Instant own = d.at.plus(tool.timeout()).plus(QUEUE_ALLOWANCE);
    Instant deadline = own.isBefore(run.deadline()) ? own : run.deadline();
    return tool.agent().isPresent()
        ? start(d, now, call, queued, tool.agent().get(), sharers, deadline)
        : sent(
            d,
            now,
            call,
            new CallTool(
                call.id(),
                run.task().id(),
                now.session().turn(),
                call.index(),
                tool,
                queued.arguments(),
                queued.approval(),
                run.agent(),
                run.task().tenant(),
                d.at,
                deadline),
            "calls " + tool.name() + " as " + call.id());
  }

  private static Sending start(
      Draft d, Now now, OpenCall call, Queued queued, String agent, int sharers, Instant deadline) {
    Run run = now.run();
    if (call.id().length() > LONGEST_SESSION_ID) {
      CallError error =
          CallError.of(
              Code.RATE_LIMITED,
              "sub-agents are nested too deeply to start another",
              "do the work yourself or finish with what you have");
      d.because(Phase.ACT, call.id() + " not sent: " + error.message());
      return new Sending(now, call.refused(error));
    }
    Left left = Left.of(now);
    NanoUsd cost = left.cost().dividedBy(sharers + 1);
    int steps = left.steps() / (sharers + 1);
    long tokens = left.tokens() / (sharers + 1);
    if (!cost.positive() || steps < 1 || tokens < 1) {
      CallError error =
          CallError.of(
              Code.RATE_LIMITED,
              "the budget left does not cover a sub-agent",
              "finish with what you have");
      d.because(Phase.ACT, call.id() + " not sent: " + error.message());
      return new Sending(now, call.refused(error));
    }
    SubAgent held =
        new SubAgent(run.task().id(), cost.limited() ? cost : NanoUsd.ZERO, steps, tokens);
    Session session = now.session().with(now.session().account().holding(call.id(), held));
    return sent(
        d,
        now.with(session),
        call,
        new StartAgent(
            call.id(),
            run.task().id(),
            call.index(),
            agent,
            queued.arguments(),
            cost,
            steps,
            tokens,
            run.task().tenant(),
            d.at,
            deadline),
        "starts agent " + agent + " with " + cost);
  }

  private static Sending sent(Draft d, Now now, OpenCall call, Dispatch dispatch, String reason) {
    d.because(Phase.ACT, reason);
    d.effect(dispatch);
    return new Sending(now, call.with(new Sent(dispatch)));
  }

  /** A call after it was sent or refused. */
  record Sending(Now now, OpenCall call) {}
}
