package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.LedgerEntry;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Decision.Kind;
import dev.weirkeeper.planner.session.Decision.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A decision in the making. Lives for one step only. */
final class Draft {
  /** In characters: reasons are one field of one record. */
  private static final int MOST_SAID = 8_000;

  final Instant at;
  private List<Effect> effects = List.of();
  private List<LedgerEntry> ledger = List.of();
  private String reasons = "";
  private boolean cut;
  private Kind kind = Kind.APPLIED;
  private Phase phase = Phase.OBSERVE;

  Draft(Instant at) {
    this.at = at;
  }

  void effect(Effect effect) {
    effects = plus(effects, effect);
  }

  void book(LedgerEntry.Kind entry, String callId, NanoUsd amount) {
    if (amount.value() != 0) {
      ledger = plus(ledger, new LedgerEntry(entry, callId, amount));
    }
  }

  /** Most steps do nothing or one thing, which takes no list that grows. */
  private static <T> List<T> plus(List<T> some, T one) {
    if (some.isEmpty()) {
      return List.of(one);
    }
    List<T> more = some instanceof ArrayList ? some : new ArrayList<>(some);
    more.add(one);
    return more;
  }

  void because(Phase place, String reason) {
    phase = place;
    say(reason);
  }

  private void say(String reason) {
    if (reasons.length() < MOST_SAID) {
      reasons = reasons.isEmpty() ? reason : reasons + "; " + reason;
    } else if (!cut) {
      cut = true;
      reasons += "; and more of the kind";
    }
  }

  /** The event changes nothing, but the log is to show it. */
  SessionState noted(SessionState state, String reason) {
    kind = Kind.NOTED;
    say(reason);
    return state;
  }

  /** The event was applied before. */
  SessionState repeated(SessionState state, String reason) {
    kind = Kind.REPEATED;
    say(reason);
    return state;
  }

  Decision decide(SessionState before, SessionState after) {
    return kind == Kind.REPEATED
        ? new Decision(kind, before, List.of(), List.of(), phase, reasons)
        : new Decision(kind, after, List.copyOf(effects), List.copyOf(ledger), phase, reasons);
  }
}
