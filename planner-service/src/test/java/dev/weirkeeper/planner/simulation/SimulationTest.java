package dev.weirkeeper.planner.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weirkeeper.planner.simulation.Simulation.Report;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Ten thousand worlds in every build. For more, or for one that failed:
 *
 * <pre>
 * mvn -pl planner-service -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dsimulation.seeds=100000 [-Dsimulation.first=4711]
 * </pre>
 */
final class SimulationTest {
  private static final long FIRST = Long.getLong("simulation.first", 0);
  private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);

  @Test
  void no_world_breaks_an_invariant(TestReporter reporter) {
    long began = System.nanoTime();
    List<Report> reports =
        LongStream.range(FIRST, FIRST + SEEDS).parallel().mapToObj(SimulationTest::run).toList();
    double seconds = (System.nanoTime() - began) / 1e9;

    reporter.publishEntry(
        "%d worlds, %d tasks, %d decisions in %.1f s"
            .formatted(
                reports.size(),
                reports.stream().mapToLong(Report::tasks).sum(),
                reports.stream().mapToLong(Report::steps).sum(),
                seconds));
    assertThat(reports).extracting(Report::exactlyOnce).contains(true, false);
  }

  @Test
  void a_seed_always_leads_to_the_same_world() {
    for (long seed = FIRST; seed < FIRST + 50; seed++) {
      assertThat(run(seed)).as("seed %d", seed).isEqualTo(run(seed));
    }
  }

  @Test
  void different_seeds_lead_to_different_worlds() {
    assertThat(LongStream.range(FIRST, FIRST + 50).map(seed -> run(seed).trace()).distinct())
        .hasSize(50);
  }

  private static Report run(long seed) {
    try {
      return Simulation.run(seed);
    } catch (Violation | RuntimeException e) {
      return fail("seed %d: %s".formatted(seed, Optional.ofNullable(e.getMessage()).orElse("")), e);
    }
  }
}
