package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class BacklogTest {
  private static final TopicPartition PARTITION = new TopicPartition("inputs", 0);

  @Test
  void it_is_time_to_commit_when_the_last_record_is_processed_and_one_of_them_is_waited_for() {
    polled(3);

    assertThat(Backlog.processed(false)).isFalse();
    assertThat(Backlog.processed(true)).isFalse();
    assertThat(Backlog.processed(false)).isTrue();
  }

  @Test
  void records_that_nobody_waits_for_are_left_to_the_next_commit() {
    polled(2);
    assertThat(Backlog.processed(false)).isFalse();
    assertThat(Backlog.processed(false)).isFalse();

    polled(1);
    assertThat(Backlog.processed(true)).isTrue();

    polled(1);
    assertThat(Backlog.processed(false)).isFalse();
  }

  private static void polled(int count) {
    List<ConsumerRecord<byte[], byte[]>> records =
        IntStream.range(0, count)
            .mapToObj(i -> new ConsumerRecord<>("inputs", 0, i, new byte[0], new byte[0]))
            .toList();
    try (Backlog backlog = new Backlog()) {
      backlog.onConsume(new ConsumerRecords<>(Map.of(PARTITION, records), Map.of()));
    }
  }
}
