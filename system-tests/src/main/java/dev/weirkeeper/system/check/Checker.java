package dev.weirkeeper.system.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Judges a dump. */
public final class Checker {

  /** Most violations of one rule that are listed. */
  private static final int MOST = 50;

  /** What is checked, by name. */
  static final Map<String, Rule> RULES = rules();

  private Checker() {}

  private static Map<String, Rule> rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    rules.put("no-task-lost", TaskRules::noTaskLost);
    rules.put("one-result-per-task", TaskRules::oneResultPerTask);
    rules.put("open-session-has-a-pending-cause", TaskRules::openSessionHasPendingCause);
    rules.put("events-have-no-gap", ChainRules::noGap);
    rules.put("event-chain-is-valid", ChainRules::chainIsValid);
    rules.put("event-names-its-input", ChainRules::inputIsNamed);
    rules.put("replay-decides-the-same", ChainRules::replayDecidesTheSame);
    rules.put("command-was-decided", CallRules::commandWasDecided);
    rules.put("destructive-command-was-approved", CallRules::destructiveWasApproved);
    rules.put("result-follows-its-command", CallRules::resultFollowsCommand);
    rules.put("one-accepted-result-per-call", CallRules::oneAcceptedResult);
    rules.put("no-effect-twice", CallRules::noEffectTwice);
    rules.put("success-means-effect", CallRules::successMeansEffect);
    rules.put("effect-was-commanded", CallRules::effectWasCommanded);
    rules.put("reservations-add-up", MoneyRules::reservationsAddUp);
    rules.put("settled-is-what-was-charged", MoneyRules::settledIsCharged);
    rules.put("unmatched-charge-is-unsettled", MoneyRules::unmatchedIsUnsettled);
    rules.put("tenant-stays-in-its-budget", MoneyRules::tenantStaysInBudget);
    rules.put("store-has-every-record", StoreRules::everyRecord);
    rules.put("store-ledger-is-the-events", StoreRules::ledgerIsTheEvents);
    rules.put("store-events-are-the-events", StoreRules::eventsAreTheEvents);
    rules.put("dead-letter-is-named", StoreRules::deadLetterIsNamed);
    return Collections.unmodifiableMap(rules);
  }

  /** Everything that is wrong, at most {@value #MOST} of each rule. */
  public static List<Violation> check(Dump dump) {
    History history = new History(dump);
    List<Violation> violations = new ArrayList<>();
    RULES.forEach(
        (name, rule) -> {
          int[] found = {0};
          rule.check(
              history,
              (about, what) -> {
                if (found[0]++ < MOST) {
                  violations.add(new Violation(name, about, what));
                }
              });
        });
    return violations;
  }

  /** The names of the rules. */
  public static List<String> names() {
    return List.copyOf(RULES.keySet());
  }
}
