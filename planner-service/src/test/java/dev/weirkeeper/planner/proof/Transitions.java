package dev.weirkeeper.planner.proof;

import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.Timer;
import dev.weirkeeper.planner.session.SessionEvent.TimerFired;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.SessionState.Running;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every pair of situation and input that there is, from the sealed types, and which of them can
 * never do anything.
 */
final class Transitions {
  private Transitions() {}

  /** A situation and an input, by their names; a timer counts as an input of its own. */
  record Pair(String state, String input) implements Comparable<Pair> {
    private static final Comparator<Pair> ORDER =
        Comparator.comparing(Pair::state).thenComparing(Pair::input);

    @Override
    public int compareTo(Pair other) {
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return state + " + " + input;
    }
  }

  private static final Map<Pair, String> IGNORED = new TreeMap<>();

  static {
    for (String timer :
        List.of(
            "ApprovalExpiry",
            "CallTimeout",
            "Deadline",
            "Idle",
            "LongRunning",
            "ModelCallLost",
            "TenantFrozen")) {
      ignored("Idle", timer, "nothing runs, so no time is waited for");
      ignored("Copying", timer, "nothing runs, so no time is waited for");
    }
    for (String answer : List.of("ModelReplied", "ToolCallCompleted", "BudgetGranted")) {
      IGNORED.put(new Pair("Copying", answer), "a session that is copied has asked nobody");
    }
    for (String state : List.of("AwaitingBudget", "AwaitingModel", "AwaitingTools", "Paused")) {
      IGNORED.put(new Pair(state, "Copied"), "parts of a fork come before anything else");
    }
    for (String state : List.of("AwaitingBudget", "AwaitingModel", "Paused")) {
      ignored(state, "ApprovalExpiry", "no request is open, so none has a time");
      ignored(state, "CallTimeout", "no tool call is open, so none has a time");
      ignored(state, "Idle", "no person is waited for");
    }
    for (String state : List.of("AwaitingBudget", "AwaitingTools", "Paused")) {
      ignored(state, "ModelCallLost", "the model is not asked");
    }
  }

  private static void ignored(String state, String timer, String reason) {
    IGNORED.put(new Pair(state, "timer " + timer), reason);
  }

  /** Pairs that never do anything, each with the reason. */
  static Map<Pair, String> ignored() {
    return IGNORED;
  }

  static Pair of(SessionState state, SessionEvent event) {
    return new Pair(state.getClass().getSimpleName(), input(event));
  }

  static String input(SessionEvent event) {
    return event instanceof TimerFired fired
        ? "timer " + fired.timer().getClass().getSimpleName()
        : event.getClass().getSimpleName();
  }

  /** All pairs, whether they can do anything or not. */
  static List<Pair> all() {
    List<String> inputs =
        Stream.concat(
                names(SessionEvent.class, Set.of(TimerFired.class)),
                names(Timer.class, Set.of()).map(timer -> "timer " + timer))
            .toList();
    List<Pair> pairs = new ArrayList<>();
    Stream.concat(names(SessionState.class, Set.of(Running.class)), names(Running.class, Set.of()))
        .forEach(state -> inputs.forEach(input -> pairs.add(new Pair(state, input))));
    return pairs;
  }

  private static Stream<String> names(Class<?> family, Set<Class<?>> except) {
    return Stream.of(family.getPermittedSubclasses())
        .filter(member -> !except.contains(member))
        .map(Class::getSimpleName);
  }
}
