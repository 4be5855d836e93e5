package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.money.LedgerEntry.Kind;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import dev.weirkeeper.planner.session.Account.Leased;
import dev.weirkeeper.planner.session.Account.LostReply;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.Effect.Clamp;
import dev.weirkeeper.planner.session.Effect.Prompt;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.Run.Counted;
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

  private Plan() {}

  /** Makes the next model call, if the limits allow one. */
  static SessionState call(Draft d, Now now, Optional<Prompt> prompt) {
    if (Left.of(now).steps() < 1) {
      Run run = now.run();
      return Ending.end(
          d,
          now,
          Status.MAX_STEPS_EXCEEDED,
          run.stepsUsed() + " steps were used of at most " + run.limits().maxSteps(),
          "");
    }
    Session session = now.session().nextTurn();
    return reserve(d, now.with(session), new ModelTurn(session.turn(), 1, prompt), false);
  }

  /** Makes a call that was not to be the first of its turn, if nothing has come between. */
  static SessionState retry(Draft d, Now now, ModelTurn turn, boolean leased) {
    return Reflect.halt(d, now).orElseGet(() -> reserve(d, now, turn, leased));
  }

  /**
   * Sets the worst case aside and calls, asks the tenant's budget first, or ends the task.
   *
   * @param leased the tenant's budget has just answered: make do with what it gave
   */
  private static SessionState reserve(Draft d, Now before, ModelTurn turn, boolean leased) {
    boolean governed = before.run().task().governed();
    Now now = governed && !leased ? Lease.renew(d, before) : before;
    Run run = now.run();
    Limits limits = run.limits();
    Left left = Left.of(now);
    long enough = Math.min(MIN_OUTPUT_TOKENS, limits.maxOutputTokens());
    if (left.tokens() < enough) {
      return Ending.end(d, now, Status.TOKEN_BUDGET_EXCEEDED, tokensUsed(run), "");
    }
    Tariff tariff = run.agent().models().get(run.model()).tariff();
    long input = inputBound(now, turn.prompt());
    long wanted = Math.min(limits.maxOutputTokens(), left.tokens());
    NanoUsd least = tariff.worstCase(input, enough);
    NanoUsd purse = left.cost();
    if (least.compareTo(purse) > 0) {
      return Ending.end(
          d,
          now,
          Status.COST_LIMIT_EXCEEDED,
          "the next call may cost "
              + least
              + " and "
              + purse
              + " is left of the limit of "
              + limits.maxCost().min(limits.maxSessionCost()),
          "");
    }
    if (governed) {
      NanoUsd worst =
          tariff.worstCase(input, Math.min(wanted, tariff.affordableOutput(purse, input)));
      NanoUsd lease = Lease.left(now);
      if (lease.compareTo(leased ? least : worst) < 0) {
        return leased ? overTenantBudget(d, now) : Lease.ask(d, now, turn, worst, least);
      }
      purse = purse.min(lease);
    }
    long output = Math.min(wanted, tariff.affordableOutput(purse, input));
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
        "turn "
            + turn.turn()
            + " asks "
            + agent.models().get(run.model()).name()
            + ", at most "
            + output
            + " output tokens, "
            + worst
            + " reserved");
    d.book(Kind.RESERVED, call.id(), worst);
    d.effect(call);
    Run asking = turn.attempt() == 1 ? run.with(run.spent().modelCall()) : run;
    return new AwaitingModel(now.session(), asking, call);
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

  /** The tenant's budget has answered. */
  static SessionState granted(Draft d, AwaitingBudget state, BudgetGranted e) {
    d.because(Phase.PLAN, "the tenant's budget granted " + e.granted());
    Run run = Lease.granted(state.run(), e);
    return retry(d, new Now(state.session(), run), state.turn(), true);
  }

  private static SessionState overTenantBudget(Draft d, Now now) {
    return Ending.end(
        d,
        now,
        Status.COST_LIMIT_EXCEEDED,
        "the daily budget of tenant " + now.run().task().tenant() + " does not cover the next call",
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

  /** The first reply to a call is its bill; what it leaves open stays open for good. */
  private static Now settle(Draft d, AwaitingModel state, ModelReplied e) {
    Settlement bill = Settlement.of(state.call().reserved(), e.bill());
    bill.book(d, state.call().id());
    Account account = state.session().account().settled(bill.cost(), bill.open());
    Spent spent = state.run().spent().settled(e.usage(), bill.cost(), bill.open());
    return new Now(state.session().with(account), state.run().with(spent));
  }

  /** Nobody waits for the reply any more: its reservation is held, visibly, until it comes. */
  static Now giveUp(Draft d, AwaitingModel state) {
    CallModel call = state.call();
    Run run = state.run();
    d.book(Kind.UNSETTLED, call.id(), call.reserved());
    LostReply held =
        new LostReply(
            call.taskId(),
            call.reserved(),
            run.lease().day().map(day -> new Leased(run.task().tenant(), day)));
    return new Now(state.session().with(state.session().account().holding(call.id(), held)), run);
  }

  private static SessionState answered(
      Draft d, Now settled, CallModel call, ModelReplied e, Answered reply) {
    String text = reply.text();
    return switch (reply.stop()) {
      case REFUSED -> unusable(d, settled, call, Status.REFUSED, "the model refused", text);
      case MAX_OUTPUT_TOKENS -> cutOff(d, settled, call, text);
      case CONTEXT_WINDOW_EXCEEDED ->
          unusable(d, settled, call, Status.FAILED, "the prompt no longer fits the model", text);
      case PAUSED -> paused(d, settled, call, e, reply);
      case END_TURN, STOP_SEQUENCE, TOOL_USE, OTHER ->
          call.prompt().isPresent()
              ? Pipeline.modelAnswered(d, settled, text)
              : usable(d, remember(settled, e, reply), reply);
    };
  }

  /** The model wants to go on with its turn, so it is given it back. */
  private static SessionState paused(
      Draft d, Now settled, CallModel call, ModelReplied e, Answered reply) {
    if (!reply.calls().isEmpty() && call.prompt().isEmpty()) {
      // Every call is answered before the model goes on.
      return usable(d, remember(settled, e, reply), reply);
    }
    int inARow = settled.run().continuations() + 1;
    if (inARow > MAX_CONTINUATIONS) {
      String why = "the model paused " + MAX_CONTINUATIONS + " times in a row";
      return unusable(d, settled, call, Status.FAILED, why, reply.text());
    }
    if (call.prompt().isPresent()) {
      String why = "the model paused, and a step of a pipeline has no turn to go on with";
      return unusable(d, settled, call, Status.FAILED, why, reply.text());
    }
    d.because(Phase.PLAN, "the model paused and is asked to go on");
    Now now = remember(settled, e, reply);
    return Reflect.next(d, now.with(now.run().withContinuations(inARow)));
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
    if (run.tokensUsed() > run.limits().maxTokens()) {
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
    return new Now(session.with(longer), now.run().with(counted));
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
    return run.tokensUsed() + " tokens were used of at most " + run.limits().maxTokens();
  }

  // No reply

  private static SessionState failed(Draft d, Now now, CallModel call, Failed reply) {
    if (reply.mayRetry() && call.attempt() < MAX_ATTEMPTS) {
      return again(d, now, call, reply.why());
    }
    int fallback = now.run().model() + 1;
    if (reply.tryFallback() && fallback < now.run().agent().models().size()) {
      d.because(Phase.PLAN, "%s; falls back to the next model".formatted(reply.why()));
      return retry(
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
        d, giveUp(d, state), state.call(), "the reply to " + state.call().id() + " is lost");
  }

  private static SessionState again(Draft d, Now now, CallModel call, String why) {
    if (call.attempt() >= MAX_ATTEMPTS) {
      return unusable(
          d, now, call, Status.FAILED, why + ", after " + MAX_ATTEMPTS + " attempts", "");
    }
    d.because(Phase.PLAN, why + "; asks again");
    return retry(d, now, new ModelTurn(call.turn(), call.attempt() + 1, call.prompt()), false);
  }

  /** A reply nobody waits for any more: it still settles its bill. */
  static SessionState repliedLate(Draft d, SessionState state, ModelReplied e) {
    Account account = state.session().account();
    if (!(account.held().get(e.callId()) instanceof LostReply held)) {
      return d.repeated(state, "the reply to " + e.callId() + " was booked before");
    }
    Settlement bill = Settlement.of(held.amount(), e.bill());
    d.book(Kind.UNSETTLED, e.callId(), NanoUsd.ZERO.minus(held.amount()));
    bill.book(d, e.callId());
    NanoUsd returned = Lease.giveBackLate(d, e.callId(), held, bill.rest());
    d.because(Phase.OBSERVE, "the lost reply to " + e.callId() + " came after all and is booked");
    Session session =
        state.session().with(account.notHolding(e.callId()).settled(bill.cost(), bill.open()));
    if (state instanceof Running running && running.run().task().id().equals(held.taskId())) {
      Run run = running.run();
      return running.with(
          session,
          run.with(run.spent().settled(e.usage(), bill.cost(), bill.open()))
              .with(run.lease().without(returned)));
    }
    return state.with(session);
  }
}
