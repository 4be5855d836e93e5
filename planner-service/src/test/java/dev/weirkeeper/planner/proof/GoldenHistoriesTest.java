package dev.weirkeeper.planner.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.proof.Transitions.Pair;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Effect;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.History;
import dev.weirkeeper.planner.session.History.Transition;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GoldenHistoriesTest {
  private static final List<History> HISTORIES = History.all();

  static Stream<String> names() {
    return HISTORIES.stream().map(History::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void the_planner_of_today_decides_as_it_did(String name) {
    History history =
        HISTORIES.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();

    assertThat(history.difference()).isEmpty();
  }

  @Test
  void there_is_a_history_for_every_end() {
    EnumSet<Status> ends = EnumSet.noneOf(Status.class);
    transitions()
        .flatMap(step -> step.decision().effects().stream())
        .forEach(
            effect -> {
              if (effect instanceof Effect.PublishResult result) {
                ends.add(result.status());
              }
            });

    assertThat(ends).containsExactlyInAnyOrder(Status.values());
    assertThat(HISTORIES).hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void every_legal_pair_of_situation_and_input_is_in_a_history() {
    Set<Pair> visited = new TreeSet<>();
    transitions()
        .filter(step -> step.decision().kind() != Decision.Kind.REPEATED)
        .forEach(step -> visited.add(Transitions.of(step.before(), step.event())));
    Set<Pair> missing = new TreeSet<>(Transitions.all());
    missing.removeAll(Transitions.ignored().keySet());
    missing.removeAll(visited);

    assertThat(missing)
        .as("each needs a scenario marked @Golden, or a reason in Transitions")
        .isEmpty();
    assertThat(visited)
        .as("pairs of which Transitions says that they can not do anything")
        .doesNotContainAnyElementsOf(Transitions.ignored().keySet());
  }

  @Test
  void every_ignored_pair_exists_and_has_a_reason() {
    assertThat(Transitions.all()).containsAll(Transitions.ignored().keySet());
    assertThat(Transitions.ignored().values()).noneMatch(String::isBlank);
  }

  private static Stream<Transition> transitions() {
    return HISTORIES.stream().flatMap(history -> history.replay().stream());
  }
}
