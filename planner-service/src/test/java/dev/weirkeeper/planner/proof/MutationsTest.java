package dev.weirkeeper.planner.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.proof.Mutation.Catcher;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whether the simulation and the histories find what is broken. Every build tries a part of the
 * mutations; {@code -Dmutations=all} tries all.
 */
final class MutationsTest {
  /** A mutation that a simulation has not found by then is one that it does not find. */
  private static final int MOST_SEEDS = 3_000;

  /** One in so many is tried in an ordinary build. */
  private static final int PART = 5;

  static Stream<Mutation> tried() {
    boolean all = System.getProperty("mutations", "").equals("all");
    List<Mutation> mutations = Mutation.ALL;
    return IntStream.range(0, mutations.size())
        .filter(i -> all || i % PART == 0)
        .mapToObj(mutations::get);
  }

  @ParameterizedTest
  @MethodSource("tried")
  void a_broken_core_is_found_out(Mutation mutation) throws ReflectiveOperationException {
    MutantLoader loader = MutantLoader.of(mutation);

    if (mutation.by() == Catcher.HISTORIES) {
      assertThat(historiesThatDiffer(loader)).as(mutation.what()).isNotEmpty();
    } else {
      Optional<String> violation = firstViolation(loader);
      assertThat(violation)
          .as("%s, in %d seeds", mutation.what(), MOST_SEEDS)
          .map(said -> said.substring(0, Math.max(0, said.indexOf(':'))))
          .get()
          .isIn((Object[]) mutation.invariant().split(" or ", -1));
    }
  }

  @Test
  void every_mutation_stands_in_the_source() {
    for (Mutation mutation : Mutation.ALL) {
      assertThat(MutantLoader.changed(mutation)).as(mutation.what()).isNotEmpty();
    }
    assertThat(Mutation.ALL).hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void the_committed_page_lists_them() throws IOException {
    GeneratedPage.check("mutations.md", Mutation.page());
  }

  private static Optional<String> firstViolation(ClassLoader loader)
      throws ReflectiveOperationException {
    Method run =
        loader
            .loadClass("dev.weirkeeper.planner.simulation.Simulation")
            .getDeclaredMethod("run", long.class);
    run.setAccessible(true);
    for (long seed = 0; seed < MOST_SEEDS; seed++) {
      try {
        run.invoke(null, seed);
      } catch (InvocationTargetException e) {
        return Optional.of(String.valueOf(e.getTargetException().getMessage()));
      }
    }
    return Optional.empty();
  }

  private static List<?> historiesThatDiffer(ClassLoader loader)
      throws ReflectiveOperationException {
    Class<?> history = loader.loadClass("dev.weirkeeper.planner.session.History");
    Method difference = history.getMethod("difference");
    List<?> all = (List<?>) history.getMethod("all").invoke(null);
    return all.stream()
        .filter(
            one -> {
              try {
                return ((Optional<?>) difference.invoke(one)).isPresent();
              } catch (ReflectiveOperationException e) {
                return true;
              }
            })
        .toList();
  }
}
