package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@WithBroker
final class PlannerConsumerTest {
  private static final TopicPartition ONE = new TopicPartition("inputs", 0);
  private static final TopicPartition TWO = new TopicPartition("inputs", 1);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration A_WHILE = Duration.ofSeconds(2);

  private final KafkaForTests kafka;

  PlannerConsumerTest(KafkaForTests kafka) {
    this.kafka = kafka;
  }

  @BeforeAll
  static void topics(KafkaForTests kafka) {
    kafka.createTopics(1);
  }

  @Test
  void what_came_while_the_thread_was_away_comes_at_once_not_only_the_first_of_it()
      throws Exception {
    try (Producer<byte[], byte[]> producer = producer();
        Consumer<byte[], byte[]> consumer = consumer()) {
      TopicPartition inputs = new TopicPartition(kafka.topics().modelCalls().name(), 0);
      consumer.assign(List.of(inputs));
      consumer.seekToBeginning(List.of(inputs));
      write(producer, inputs, "before");
      assertThat(texts(consumer.poll(LONG))).containsExactly("before");

      List<String> later = IntStream.range(0, 20).mapToObj(i -> "later " + i).toList();
      for (String text : later) {
        write(producer, inputs, text);
        Thread.sleep(2);
      }

      assertThat(texts(consumer.poll(LONG))).isEqualTo(later);
    }
  }

  @Test
  void what_goes_wrong_behind_records_is_said_by_the_next_poll_and_once() throws Exception {
    try (Producer<byte[], byte[]> producer = producer();
        Consumer<byte[], byte[]> consumer = consumer()) {
      TopicPartition inputs = new TopicPartition(kafka.topics().modelReplies().name(), 0);
      TopicPartition cut = new TopicPartition(kafka.topics().tasks().name(), 0);
      consumer.assign(List.of(inputs, cut));
      consumer.seekToBeginning(List.of(inputs, cut));
      write(producer, inputs, "before");
      assertThat(texts(consumer.poll(LONG))).containsExactly("before");

      consumer.seek(cut, 1_000);
      write(producer, inputs, "later");

      assertThat(texts(consumer.poll(LONG))).containsExactly("later");
      assertThatThrownBy(() -> consumer.poll(LONG))
          .isInstanceOf(OffsetOutOfRangeException.class)
          .hasMessageContaining(cut.toString());
      consumer.seekToBeginning(List.of(cut));
      write(producer, inputs, "last");
      assertThat(texts(consumer.poll(LONG))).containsExactly("last");
    }
  }

  @Test
  void a_partition_that_is_still_read_has_both_one_after_the_other() {
    ConsumerRecords<byte[], byte[]> both =
        PlannerConsumer.together(
            records(ONE, 5, 6), records(ONE, 7), partition -> partition.equals(ONE) ? 8 : -1);

    assertThat(offsets(both, ONE)).containsExactly(5L, 6L, 7L);
    assertThat(both.nextOffsets().get(ONE)).isEqualTo(new OffsetAndMetadata(8));
    assertThat(both.count()).isEqualTo(3);
  }

  @Test
  void one_that_had_no_more_has_what_came_early() {
    ConsumerRecords<byte[], byte[]> both =
        PlannerConsumer.together(records(ONE, 5, 6), records(TWO, 1), _ -> 7);

    assertThat(offsets(both, ONE)).containsExactly(5L, 6L);
    assertThat(offsets(both, TWO)).containsExactly(1L);
    assertThat(both.nextOffsets())
        .containsOnly(
            Map.entry(ONE, new OffsetAndMetadata(7)), Map.entry(TWO, new OffsetAndMetadata(2)));
  }

  @Test
  void one_that_was_taken_away_has_nothing() {
    ConsumerRecords<byte[], byte[]> both =
        PlannerConsumer.together(records(ONE, 5, 6), records(TWO, 1), _ -> -1);

    assertThat(both.partitions()).containsExactly(TWO);
    assertThat(both.nextOffsets()).containsOnlyKeys(TWO);
  }

  @Test
  void one_that_was_given_back_has_no_record_twice() {
    assertThat(
            offsets(
                PlannerConsumer.together(records(ONE, 5, 6), records(ONE, 4, 5, 6, 7), _ -> 8),
                ONE))
        .containsExactly(4L, 5L, 6L, 7L);
    assertThat(
            PlannerConsumer.together(records(ONE, 5, 6), ConsumerRecords.empty(), _ -> 4).isEmpty())
        .isTrue();
  }

  private Producer<byte[], byte[]> producer() {
    return new PlannerClients()
        .getProducer(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrapServers(),
                ProducerConfig.LINGER_MS_CONFIG,
                0));
  }

  /** One that always asks twice. */
  private Consumer<byte[], byte[]> consumer() {
    return new PlannerConsumer(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            kafka.bootstrapServers(),
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "none"),
        LONG,
        A_WHILE);
  }

  private static void write(Producer<byte[], byte[]> producer, TopicPartition to, String text)
      throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                to.topic(), to.partition(), null, text.getBytes(StandardCharsets.UTF_8)))
        .get();
  }

  private static List<String> texts(ConsumerRecords<byte[], byte[]> records) {
    return StreamSupport.stream(records.spliterator(), false)
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private static List<Long> offsets(
      ConsumerRecords<byte[], byte[]> records, TopicPartition partition) {
    return records.records(partition).stream().map(ConsumerRecord::offset).toList();
  }

  private static ConsumerRecords<byte[], byte[]> records(
      TopicPartition partition, long... offsets) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (long offset : offsets) {
      records.add(
          new ConsumerRecord<>(
              partition.topic(), partition.partition(), offset, new byte[0], new byte[0]));
    }
    return new ConsumerRecords<>(
        Map.of(partition, records),
        Map.of(partition, new OffsetAndMetadata(offsets[offsets.length - 1] + 1)));
  }
}
