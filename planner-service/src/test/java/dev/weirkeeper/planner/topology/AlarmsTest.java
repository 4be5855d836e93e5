package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class AlarmsTest {

  private final Alarms alarms = new Alarms();

  private static Instant at(long second) {
    return Instant.ofEpochSecond(second);
  }

  @Test
  void of_a_session_the_earliest_counts() {
    alarms.by(at(20), "s");
    alarms.by(at(10), "s");
    alarms.by(at(30), "s");

    assertThat(alarms.next()).contains(at(10));
    assertThat(alarms.due(at(10))).containsExactly("s");
    assertThat(alarms.next()).isEmpty();
  }

  @Test
  void that_are_due_come_in_order_and_once_even_at_the_same_instant() {
    alarms.by(at(2), "b");
    alarms.by(at(2), "a");
    alarms.by(at(1), "c");
    alarms.by(at(3), "d");

    assertThat(alarms.due(at(2))).containsExactly("c", "a", "b");
    assertThat(alarms.due(at(2))).isEmpty();
    assertThat(alarms.next()).contains(at(3));
  }

  @Test
  void of_a_session_that_waits_for_nothing_are_forgotten() {
    alarms.by(at(1), "s");
    alarms.forget("s");
    alarms.forget("nobody");

    assertThat(alarms.next()).isEmpty();
    assertThat(alarms.due(at(9))).isEmpty();
  }
}
