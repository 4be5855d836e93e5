package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class PlannerClockTest {

  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private Instant wall = NOON;
  private long nanos = 1;
  private final PlannerClock clock = new PlannerClock(() -> wall, () -> nanos);

  /** Time passes, and the machine's clock shows so much more than that. */
  private Instant after(Duration passed, Duration jump) {
    nanos += passed.toNanos();
    wall = wall.plus(passed).plus(jump);
    return clock.instant();
  }

  @Test
  void it_follows_the_machines_clock() {
    assertThat(after(Duration.ofSeconds(5), Duration.ZERO)).isEqualTo(NOON.plusSeconds(5));
  }

  @Test
  void a_small_correction_is_taken_over() {
    assertThat(after(Duration.ofSeconds(5), Duration.ofMillis(300)))
        .isEqualTo(NOON.plusSeconds(5).plusMillis(300));
  }

  @Test
  void a_small_step_back_lets_time_stand_still() {
    Instant before = after(Duration.ofSeconds(5), Duration.ZERO);

    assertThat(after(Duration.ofMillis(100), Duration.ofMillis(-500))).isEqualTo(before);
  }

  @Nested
  class F18_a_clock_that_jumps_an_hour {

    @Test
    void ahead_brings_no_deadline_early() {
      Instant deadline = NOON.plus(Duration.ofMinutes(10));

      assertThat(after(Duration.ofSeconds(5), Duration.ofHours(1))).isBefore(deadline);
      assertThat(after(Duration.ofMinutes(5), Duration.ZERO)).isBefore(deadline);
      assertThat(after(Duration.ofMinutes(5), Duration.ZERO)).isAfter(deadline);
    }

    @Test
    void back_puts_no_deadline_off() {
      Instant deadline = NOON.plus(Duration.ofMinutes(10));

      assertThat(after(Duration.ofSeconds(5), Duration.ofHours(-1))).isBefore(deadline);
      assertThat(after(Duration.ofMinutes(10), Duration.ZERO)).isAfter(deadline);
    }

    @Test
    void there_and_back_again_loses_no_more_than_the_tolerance() {
      after(Duration.ofSeconds(1), Duration.ofHours(1));

      Instant then = after(Duration.ofSeconds(1), Duration.ofHours(-1));

      assertThat(Duration.between(NOON.plusSeconds(2), then).abs())
          .isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void never_turns_time_back() {
      Instant last = NOON;
      for (int i = 0; i < 1000; i++) {
        Duration jump = Duration.ofSeconds(i % 7 == 0 ? (i % 2 == 0 ? 3600 : -3600) : 0);
        Instant now = after(Duration.ofNanos(TimeUnit.MILLISECONDS.toNanos(i)), jump);
        assertThat(now).isAfterOrEqualTo(last);
        last = now;
      }
    }
  }
}
