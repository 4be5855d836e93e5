package dev.weirkeeper.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecoveryGapTest {

  @Test
  void a_planner_killed_under_load_goes_on_and_the_gap_is_told(@TempDir Path data)
      throws InterruptedException {
    RecoveryGap gap = RecoveryGap.measure(data, "at-least-once", 1);

    assertThat(gap.gaps())
        .singleElement()
        .satisfies(took -> assertThat(took).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1)));
    assertThat(gap.json())
        .contains("\"guarantee\":\"at-least-once\"", "\"restarts\":1", "\"median_s\":");
  }
}
