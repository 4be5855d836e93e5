package dev.weirkeeper.planner.proof;

import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.History;
import dev.weirkeeper.planner.session.History.Transition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The page on the situations of a session: from what the histories do, not from what we think. */
final class StateDiagram {
  private StateDiagram() {}

  static String page(List<History> histories) {
    Map<String, TreeSet<String>> moves = new TreeMap<>();
    Map<Transitions.Pair, TreeMap<String, String>> pairs = new TreeMap<>();
    for (History history : histories) {
      for (Transition step : history.replay()) {
        if (step.decision().kind() == Decision.Kind.REPEATED) {
          continue;
        }
        String before = step.before().getClass().getSimpleName();
        String after = step.decision().next().getClass().getSimpleName();
        boolean noted = step.decision().kind() == Decision.Kind.NOTED;
        pairs
            .computeIfAbsent(Transitions.of(step.before(), step.event()), _ -> new TreeMap<>())
            .putIfAbsent(noted ? "stays, noted" : after, history.name());
        if (!noted) {
          moves
              .computeIfAbsent(before + " --> " + after, _ -> new TreeSet<>())
              .add(Transitions.input(step.event()));
        }
      }
    }
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # The situations of a session

        Generated from the recorded histories in `planner-service/src/test/resources/golden` and the
        sealed types `SessionState` and `SessionEvent`. A test fails when it differs from them. To
        write it anew:

            mvn -pl planner-service -am test -Dtest=StateDiagramTest -Ddocs.write=true -Dsurefire.failIfNoSpecifiedTests=false

        ```mermaid
        stateDiagram-v2
          [*] --> Idle
        """);
    moves.forEach(
        (move, inputs) -> page.append("  %s: %s\n".formatted(move, String.join("<br/>", inputs))));
    page.append(
        """
        ```

        ## Every pair

        What an input can lead to, each with one history that shows it. An input that was applied
        before changes nothing in any situation; it repeats what the session waits for.

        | situation | input | leads to | as in |
        |---|---|---|---|
        """);
    pairs.forEach(
        (pair, targets) ->
            targets.forEach(
                (target, history) ->
                    page.append(
                        "| %s | %s | %s | %s |\n"
                            .formatted(pair.state(), pair.input(), target, history))));
    page.append(
        """

        ## What can not happen

        | situation | input | why it changes nothing |
        |---|---|---|
        """);
    Transitions.ignored()
        .forEach(
            (pair, reason) ->
                page.append("| %s | %s | %s |\n".formatted(pair.state(), pair.input(), reason)));
    return page.toString();
  }
}
