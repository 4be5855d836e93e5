package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.money.LedgerEntry.Kind;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Effect.Clamp;
import dev.weirkeeper.planner.session.Effect.Prompt;
import dev.weirkeeper.planner.session.Effect.RequestBudget;
import dev.weirkeeper.planner.session.Effect.ReturnBudget;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.Run.Counted;
import dev.weirkeeper.planner.session.Session.Held;
import dev.weirkeeper.planner.session.SessionEvent.Bill;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.Reply.Answered;
import dev.weirkeeper.planner.session.SessionEvent.Reply.Failed;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.AwaitingModel;
import dev.weirkeeper.planner.session.SessionState.ModelTurn;
import dev.weirkeeper.planner.session.SessionState.Running;
import dev.weirkeeper.planner.session.Transcript.Entry;
import java.util.Optional;

/**
 * Asking the model: the worst case of a call is reserved before it, its reply settles the
 * reservation and decides how the task goes on.
 */
final class Plan {
  /** A call that could give less output than this is not made. */
  static final long MIN_OUTPUT_TOKENS = 64;

  /** Calls made for one turn before the task is given up: lost planners and stopped clients. */
  static final int MAX_ATTEMPTS = 5;

  /** Times in a row a model may pause its turn. */
  static final int MAX_CONTINUATIONS = 8;

  /** What a provider may add to a request of its own, and to each message, call or result in it. */
  static final long TOKENS_PER_REQUEST = 2048;

  static final long TOKENS_PER_ITEM = 64;

  /** A lease from the tenant's budget is asked for this many calls at once. */
  private static final int CALLS_PER_LEASE = 4;

  private Plan() {}

  /** Makes the next model call, if the limits allow one. */
  static SessionState call(Draft d, Now now, Optional<Prompt> prompt) {
    Limits limits = now.run().limits();
    Spent spent = now.run().spent();
    if (spent.steps() >= limits.maxSteps()) {
      return Ending.end(
          d,
          now,
          Status.MAX_STEPS_EXCEEDED,
          "%d steps were used of at most %d".formatted(spent.steps(), limits.maxSteps()),
          "");
    }
    if (spent.usage().total() >= limits.maxTokens()) {
      return Ending.end(d, now, Status.TOKEN_BUDGET_EXCEEDED, tokensUsed(now.run()), "");
    }
    Session session = now.session().withTurn(now.session().turn() + 1);
    Run run = now.run().withSpent(spent.modelCall());
    return reserve(d, new Now(session, run), new ModelTurn(session.turn(), 1, prompt), false);
  }

  /**
   * Sets the worst case aside and calls, asks the tenant's budget first, or ends the task.
   *
   * @param leased the tenant's budget has just answered: make do with what it gave
   */
  private static SessionState reserve(Draft d, Now now, ModelTurn turn, boolean leased) {
    Run run = now.run();
    Limits limits = run.limits();
    Tariff tariff = run.agent().models().get(run.model()).tariff();
    long input = inputBound(now, turn.prompt());
    long wanted =
        Math.min(limits.maxOutputTokens(), limits.maxTokens() - run.spent().usage().total());
    NanoUsd left = left(now);
    if (tariff.affordableOutput(left, input) < Math.min(wanted, MIN_OUTPUT_TOKENS)) {
      return Ending.end(
          d,
          now,
          Status.COST_LIMIT_EXCEEDED,
          "the next call may cost %s and %s is left of the limit of %s"
              .formatted(
                  tariff.worstCase(input, Math.min(wanted, MIN_OUTPUT_TOKENS)),
                  left,
                  limits.maxCost().min(limits.maxSessionCost())),
          "");
    }
    if (run.task().governed()) {
      long output = Math.min(wanted, tariff.affordableOutput(left, input));
      NanoUsd worst = tariff.worstCase(input, output);
      NanoUsd least = tariff.worstCase(input, Math.min(output, MIN_OUTPUT_TOKENS));
      NanoUsd lease = run.leaseLeft();
      if (lease.compareTo(leased ? least : worst) < 0) {
        return leased ? overTenantBudget(d, now) : lease(d, now, turn, worst, least);
      }
      left = left.min(lease);
    }
    long output = Math.min(wanted, tariff.affordableOutput(left, input));
    NanoUsd worst = tariff.worstCase(input, output);
    Clamp clamp =
        output < wanted
            ? Clamp.COST
            : wanted < limits.maxOutputTokens() ? Clamp.TOKENS : Clamp.NONE;
    Agent agent = run.agent();
    CallModel call =
        new CallModel(
            now.session().id() + "/" + turn.turn() + "/m" + turn.attempt(),
            run.task().id(),
            turn.turn(),
            turn.attempt(),
            agent,
            run.model(),
            output,
            input,
            worst,
            clamp,
            requestHash(now, turn, output),
            now.session().transcript().size(),
            turn.prompt(),
            d.at);
    d.because(
        Phase.PLAN,
        "turn %d asks %s, at most %d output tokens, %s reserved"
            .formatted(turn.turn(), agent.models().get(run.model()).name(), output, worst));
    d.book(Kind.RESERVED, call.id(), worst);
    d.effect(call);
    return new AwaitingModel(now.session(), run, call);
  }

  /** What may still be spent: the tighter of the task's and the session's limit. */
  static NanoUsd left(Now now) {
    Spent spent = now.run().spent();
    Limits limits = now.run().limits();
    return limits
        .maxCost()
        .minus(spent.committed())
        .min(
            limits
                .maxSessionCost()
                .minus(now.session().spent())
                .minus(now.session().heldInAll())
                .minus(spent.carved()));
  }

  /**
   * No request made now has more input tokens than this: what the provider itself counted for the
   * part it has seen, and a token for every byte of the rest, since no tokenizer makes more.
   */
  private static long inputBound(Now now, Optional<Prompt> prompt) {
    long fixed = now.run().agent().promptTokens() + TOKENS_PER_REQUEST;
    if (prompt.isPresent()) {
      long system = prompt.get().system().map(text -> text.length() * 3L).orElse(0L);
      return fixed + system + prompt.get().text().length() * 3L + TOKENS_PER_ITEM;
    }
    Transcript transcript = now.session().transcript();
    Counted counted = now.run().counted();
    long start = counted.tokens() > 0 ? counted.tokens() : fixed;
    return start
        + (transcript.bytes() - counted.bytes())
        + TOKENS_PER_ITEM * (transcript.items() - counted.items());
  }

  private static String requestHash(Now now, ModelTurn turn, long output) {
    Run run = now.run();
    return Sha256.of(
        run.agent().digest(),
        Integer.toString(run.model()),
        Long.toString(output),
        turn.prompt()
            .map(prompt -> Sha256.of(prompt.system().orElse(""), prompt.text()))
            .orElse(now.session().transcript().digest()));
  }

  // The tenant's budget

  private static SessionState lease(
      Draft d, Now now, ModelTurn turn, NanoUsd worst, NanoUsd least) {
    Run run = now.run().asking();
    NanoUsd lease = run.leaseLeft();
    NanoUsd some = new NanoUsd(Math.multiplyExact(worst.value(), CALLS_PER_LEASE));
    NanoUsd amount = some.min(left(now)).max(worst).minus(lease);
    String id = now.session().id() + "/" + run.task().id() + "/b" + run.leases();
    RequestBudget request =
        new RequestBudget(
            id, run.task().id(), run.task().tenant(), amount, least.minus(lease), d.at);
    d.because(Phase.PLAN, "asks tenant %s for %s".formatted(run.task().tenant(), request.amount()));
    d.effect(request);
    return new AwaitingBudget(now.session(), run, request, turn);
  }

  static SessionState granted(Draft d, AwaitingBudget state, BudgetGranted e) {
    d.because(Phase.PLAN, "the tenant's budget granted " + e.granted());
    return reserve(
        d, new Now(state.session(), state.run().granted(e.granted())), state.turn(), true);
  }

  /** The task that asked has ended: the grant goes back. Giving back twice does nothing. */
  static SessionState grantedLate(Draft d, SessionState state, BudgetGranted e) {
    if (!e.granted().positive() || !state.session().closed().contains(e.requestId())) {
      return d.repeated(state, "budget request " + e.requestId() + " was answered before");
    }
    d.because(Phase.OBSERVE, "the task that asked for budget has ended");
    d.effect(new ReturnBudget(e.requestId() + "/late", "", e.tenant(), e.granted(), d.at));
    return state;
  }

  private static SessionState overTenantBudget(Draft d, Now now) {
    return Ending.end(
        d,
        now,
        Status.COST_LIMIT_EXCEEDED,
        "the daily budget of tenant %s does not cover the next call"
            .formatted(now.run().task().tenant()),
        "");
  }

  // The reply

  static SessionState replied(Draft d, AwaitingModel state, ModelReplied e) {
    Now now = settle(d, state, e);
    return switch (e.reply()) {
      case Answered answered -> answered(d, now, state.call(), e, answered);
      case Failed failed -> failed(d, now, state.call(), failed);
    };
  }

  private static Now settle(Draft d, AwaitingModel state, ModelReplied e) {
    return switch (e.bill()) {
      case Bill.Known(NanoUsd cost) -> {
        CallModel call = state.call();
        d.book(Kind.SETTLED, call.id(), cost);
        d.book(Kind.RELEASED, call.id(), call.reserved().minus(cost));
        yield new Now(
            state.session().withSpent(cost),
            state.run().withSpent(state.run().spent().settled(e.usage(), cost)));
      }
      case Bill.Unknown(NanoUsd atLeast) -> hold(d, state, e.usage(), atLeast);
    };
  }

  /** The bill is not known: what is not settled of the reservation stays, visibly. */
  static Now hold(Draft d, AwaitingModel state, TokenUsage usage, NanoUsd atLeast) {
    CallModel call = state.call();
    NanoUsd rest = call.reserved().minus(atLeast);
    d.book(Kind.SETTLED, call.id(), atLeast);
    d.book(Kind.UNSETTLED, call.id(), rest);
    return new Now(
        state.session().withSpent(atLeast).holding(call.id(), new Held(call.taskId(), rest)),
        state.run().withSpent(state.run().spent().settled(usage, atLeast).held(rest)));
  }

  private static SessionState answered(
      Draft d, Now settled, CallModel call, ModelReplied e, Answered reply) {
    Run run = settled.run();
    String text = reply.text();
    return switch (reply.stop()) {
      case REFUSED -> unusable(d, settled, call, Status.REFUSED, "the model refused", text);
      case MAX_OUTPUT_TOKENS -> cutOff(d, settled, call, text);
      case CONTEXT_WINDOW_EXCEEDED ->
          unusable(d, settled, call, Status.FAILED, "the prompt no longer fits the model", text);
      case PAUSED -> {
        if (run.continuations() >= MAX_CONTINUATIONS) {
          String why = "the model paused %d times in a row".formatted(MAX_CONTINUATIONS);
          yield unusable(d, settled, call, Status.FAILED, why, text);
        }
        d.because(Phase.PLAN, "the model paused and is asked to go on");
        Now now = remember(settled, e, reply);
        yield Reflect.next(d, now.with(now.run().withContinuations(run.continuations() + 1)));
      }
      case END_TURN, STOP_SEQUENCE, TOOL_USE, OTHER ->
          call.prompt().isPresent()
              ? Pipeline.modelAnswered(d, settled, text)
              : usable(d, remember(settled, e, reply), reply);
    };
  }

  private static SessionState usable(Draft d, Now remembered, Answered reply) {
    Now now = remembered.with(remembered.run().withContinuations(0));
    Run run = now.run();
    if (reply.calls().isEmpty()) {
      String why =
          reply.stop() == Stop.OTHER
              ? "the model stopped for a reason of its own"
              : "the model ended its turn";
      return Ending.end(d, now, Status.COMPLETE, why, reply.text());
    }
    if (run.agent().mode() == Mode.SINGLE) {
      String why = "the model asked for a tool, and a single call has none";
      return Act.refuseAll(d, now, reply.calls(), Status.FAILED, why);
    }
    if (run.spent().usage().total() > run.limits().maxTokens()) {
      return Act.refuseAll(d, now, reply.calls(), Status.TOKEN_BUDGET_EXCEEDED, tokensUsed(run));
    }
    return Act.turn(d, now, reply.calls());
  }

  /** Appends the reply. The provider counted all that the transcript now holds. */
  private static Now remember(Now now, ModelReplied e, Answered reply) {
    Session session = now.session();
    Transcript longer =
        session
            .transcript()
            .plus(
                new Entry.ModelTurn(session.sequence()),
                1 + reply.calls().size(),
                reply.content().bytes(),
                reply.content().hash());
    Counted counted =
        e.bill() instanceof Bill.Known && e.usage().input() > 0
            ? new Counted(e.usage().total(), longer.items(), longer.bytes())
            : Counted.NOTHING;
    return new Now(session.withTranscript(longer), now.run().withCounted(counted));
  }

  private static SessionState cutOff(Draft d, Now now, CallModel call, String text) {
    Status status =
        switch (call.clamp()) {
          case COST -> Status.COST_LIMIT_EXCEEDED;
          case TOKENS -> Status.TOKEN_BUDGET_EXCEEDED;
          case NONE -> Status.FAILED;
        };
    String why =
        "the reply was cut off at %d output tokens; raise %s"
            .formatted(
                call.maxOutput(),
                switch (call.clamp()) {
                  case COST -> "max_cost";
                  case TOKENS -> "max_tokens";
                  case NONE -> "max_output_tokens";
                });
    return unusable(d, now, call, status, why, text);
  }

  /** The reply is not kept in the transcript; a pipeline may go on without it. */
  private static SessionState unusable(
      Draft d, Now now, CallModel call, Status status, String why, String text) {
    return call.prompt().isPresent()
        ? Pipeline.stepFailed(d, now, status, why)
        : Ending.end(d, now, status, why, text);
  }

  private static String tokensUsed(Run run) {
    return "%d tokens were used of at most %d"
        .formatted(run.spent().usage().total(), run.limits().maxTokens());
  }

  // No reply

  private static SessionState failed(Draft d, Now now, CallModel call, Failed reply) {
    if (reply.mayRetry() && call.attempt() < MAX_ATTEMPTS) {
      return again(d, now, call, reply.why());
    }
    int fallback = now.run().model() + 1;
    if (reply.tryFallback() && fallback < now.run().agent().models().size()) {
      d.because(Phase.PLAN, "%s; falls back to the next model".formatted(reply.why()));
      return reserve(
          d,
          now.with(now.run().withModel(fallback)),
          new ModelTurn(call.turn(), call.attempt() + 1, call.prompt()),
          false);
    }
    return unusable(d, now, call, Status.FAILED, reply.why(), "");
  }

  /** The planner that made the call is gone, and no reply came. */
  static SessionState lost(Draft d, AwaitingModel state) {
    return again(
        d,
        hold(d, state, TokenUsage.NONE, NanoUsd.ZERO),
        state.call(),
        "the reply to " + state.call().id() + " is lost");
  }

  private static SessionState again(Draft d, Now now, CallModel call, String why) {
    if (call.attempt() >= MAX_ATTEMPTS) {
      return unusable(
          d, now, call, Status.FAILED, "%s, after %d attempts".formatted(why, MAX_ATTEMPTS), "");
    }
    d.because(Phase.PLAN, why + "; asks again");
    return reserve(d, now, new ModelTurn(call.turn(), call.attempt() + 1, call.prompt()), false);
  }

  /** A reply nobody waits for any more: it still settles its bill. */
  static SessionState repliedLate(Draft d, SessionState state, ModelReplied e) {
    Held held = state.session().held().get(e.callId());
    if (held == null || !(e.bill() instanceof Bill.Known(NanoUsd cost))) {
      return d.repeated(state, "the reply to " + e.callId() + " was booked before");
    }
    d.book(Kind.UNSETTLED, e.callId(), NanoUsd.ZERO.minus(held.amount()));
    d.book(Kind.SETTLED, e.callId(), cost);
    d.book(Kind.RELEASED, e.callId(), held.amount().minus(cost));
    d.because(Phase.OBSERVE, "the lost reply to " + e.callId() + " came after all and is booked");
    Session session = state.session().notHolding(e.callId()).withSpent(cost);
    if (state instanceof Running running && running.run().task().id().equals(held.taskId())) {
      Spent spent = running.run().spent();
      return running.with(
          session,
          running
              .run()
              .withSpent(spent.held(NanoUsd.ZERO.minus(held.amount())).settled(e.usage(), cost)));
    }
    return state.with(session);
  }
}
