package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BacklogTest {
  @Test
  void it_is_time_to_commit_when_the_last_record_is_processed_and_one_of_them_is_waited_for() {
    Backlog.polled(3);

    assertThat(Backlog.processed(false)).isFalse();
    assertThat(Backlog.processed(true)).isFalse();
    assertThat(Backlog.processed(false)).isTrue();
  }

  @Test
  void records_that_nobody_waits_for_are_left_to_the_next_commit() {
    Backlog.polled(2);
    assertThat(Backlog.processed(false)).isFalse();
    assertThat(Backlog.processed(false)).isFalse();

    Backlog.polled(1);
    assertThat(Backlog.processed(true)).isTrue();

    Backlog.polled(1);
    assertThat(Backlog.processed(false)).isFalse();
  }
}
