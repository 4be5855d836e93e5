package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Account.LostReply;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.RequestBudget;
import dev.weirkeeper.planner.session.Effect.ReturnBudget;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionState.AwaitingBudget;
import dev.weirkeeper.planner.session.SessionState.ModelTurn;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * The part of its tenant's daily budget that a task holds. Every model call is made out of the
 * lease of one day, and what a call of that day did not cost goes back to that day.
 *
 * @param amount granted and not given back, spent or not
 * @param day of the grant, UTC; absent: nothing was granted yet
 * @param requests how often the task asked
 */
public record Lease(NanoUsd amount, Optional<LocalDate> day, int requests) {

  /** Asked for at once, so that not every call has to ask. */
  private static final int CALLS_PER_LEASE = 4;

  static final Lease NONE = new Lease(NanoUsd.ZERO, Optional.empty(), 0);

  /** What model calls may still use of it. */
  static NanoUsd left(Now now) {
    Run run = now.run();
    NanoUsd left = run.lease().amount.minus(run.spent().cost()).minus(run.spent().unsettled());
    for (var held : now.session().account().held().values()) {
      if (held instanceof LostReply && held.taskId().equals(run.task().id())) {
        left = left.minus(held.amount());
      }
    }
    return left;
  }

  /** Asks for enough for the next call, and some more. */
  static SessionState ask(Draft d, Now before, ModelTurn turn, NanoUsd worst, NanoUsd least) {
    Now now = before.with(before.run().with(before.run().lease().asking()));
    Run run = now.run();
    NanoUsd has = left(now);
    NanoUsd amount = worst.times(CALLS_PER_LEASE).min(Left.of(now).cost()).max(worst).minus(has);
    RequestBudget request =
        new RequestBudget(
            id(now, "b" + run.lease().requests),
            run.task().id(),
            run.task().tenant(),
            amount,
            least.minus(has),
            d.at);
    d.because(Phase.PLAN, "asks tenant " + request.tenant() + " for " + amount);
    d.effect(request);
    return new AwaitingBudget(now.session(), run, request, turn);
  }

  private Lease asking() {
    return new Lease(amount, day, requests + 1);
  }

  static Run granted(Run run, BudgetGranted e) {
    Lease lease = run.lease();
    return run.with(
        new Lease(lease.amount.plus(e.granted()), Optional.of(e.day()), lease.requests));
  }

  /** Gives back what is left of another day's lease: today's calls are paid from today's budget. */
  static Now renew(Draft d, Now now) {
    LocalDate today = LocalDate.ofInstant(d.at, ZoneOffset.UTC);
    Optional<LocalDate> day = now.run().lease().day;
    return day.isEmpty() || day.get().equals(today) ? now : giveBack(d, now);
  }

  /** Gives back what is left, for instance because the task ends. */
  static Now giveBack(Draft d, Now now) {
    NanoUsd left = left(now);
    Run run = now.run();
    Lease lease = run.lease();
    if (lease.day.isEmpty() || !left.positive()) {
      return now;
    }
    d.effect(
        new ReturnBudget(
            id(now, "r" + lease.requests),
            run.task().id(),
            run.task().tenant(),
            left,
            timeIn(lease.day.get())));
    return now.with(run.with(new Lease(lease.amount.minus(left), lease.day, lease.requests)));
  }

  /**
   * A reply that was given up came after all and cost less than was held for it: the rest goes back
   * to the day that covered it.
   */
  static NanoUsd giveBackLate(Draft d, String callId, LostReply held, NanoUsd rest) {
    if (held.leased().isEmpty() || !rest.positive()) {
      return NanoUsd.ZERO;
    }
    Account.Leased leased = held.leased().get();
    d.effect(
        new ReturnBudget(
            callId + "/late", held.taskId(), leased.tenant(), rest, timeIn(leased.day())));
    return rest;
  }

  /** The lease without what went back for a late reply. */
  Lease without(NanoUsd returned) {
    return new Lease(amount.minus(returned), day, requests);
  }

  /** The task that asked has ended: the grant goes back. */
  static SessionState grantedLate(Draft d, SessionState state, BudgetGranted e) {
    Session session = state.session();
    if (!session.inputs().closed().contains(e.requestId())) {
      return d.repeated(state, "budget request " + e.requestId() + " was answered before");
    }
    d.because(Phase.OBSERVE, "the task that asked for budget has ended");
    if (e.granted().positive()) {
      d.effect(
          new ReturnBudget(e.requestId() + "/late", "", e.tenant(), e.granted(), timeIn(e.day())));
    }
    return state.with(session.with(session.inputs().answered(e.requestId())));
  }

  private static String id(Now now, String which) {
    return now.session().id() + "/" + now.run().task().id() + "/" + which;
  }

  private static Instant timeIn(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }
}
