package dev.weirkeeper.schemas.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.schemas.topic.Topics;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class DeadLetterTest {

  private final Topics topics = new Topics("agent.");

  @Test
  void a_copy_says_where_the_record_stood_and_why_it_was_given_up() {
    ProducerRecord<byte[], byte[]> copy =
        DeadLetter.copy(
            topics,
            record("agent.tasks", new byte[] {1, 2}),
            "not framed",
            "planner",
            UnaryOperator.identity());

    assertThat(copy.topic()).isEqualTo("agent.dead-letters");
    assertThat(copy.key()).isEqualTo("s".getBytes(UTF_8));
    assertThat(copy.value()).containsExactly(1, 2);
    assertThat(DeadLetter.of(copy.headers()))
        .contains(new DeadLetter("agent.tasks", 3, 42, "not framed", "planner"));
  }

  @Test
  void the_headers_of_the_original_stay() {
    ConsumerRecord<byte[], byte[]> original = record("agent.tasks", new byte[] {1});
    original.headers().add("traceparent", "00-1".getBytes(UTF_8));

    Headers headers =
        DeadLetter.copy(topics, original, "r", "s", UnaryOperator.identity()).headers();

    assertThat(headers.lastHeader("traceparent").value()).isEqualTo("00-1".getBytes(UTF_8));
  }

  @Test
  void a_record_that_is_put_aside_twice_says_where_it_stood_last() {
    ConsumerRecord<byte[], byte[]> original = record("agent.elsewhere", new byte[] {1});
    DeadLetter.copy(
            topics,
            record("agent.tasks", new byte[] {1}),
            "first",
            "planner",
            UnaryOperator.identity())
        .headers()
        .forEach(original.headers()::add);

    Headers headers =
        DeadLetter.copy(topics, original, "second", "audit-sink", UnaryOperator.identity())
            .headers();

    assertThat(DeadLetter.of(headers))
        .contains(new DeadLetter("agent.elsewhere", 3, 42, "second", "audit-sink"));
    assertThat(headers.headers("weirkeeper.dead-letter.reason")).hasSize(1);
  }

  @Test
  void of_a_value_too_long_for_a_message_only_the_head_is_copied() {
    ProducerRecord<byte[], byte[]> copy =
        DeadLetter.copy(
            topics,
            record("agent.tasks", new byte[10_000_000]),
            "too long",
            "s",
            UnaryOperator.identity());

    assertThat(copy.value()).hasSize(DeadLetter.MAX_VALUE_BYTES);
    assertThat(copy.headers().lastHeader("weirkeeper.dead-letter.original-bytes").value())
        .isEqualTo("10000000".getBytes(UTF_8));
  }

  @Test
  void a_record_without_a_value_stays_without_one() {
    assertThat(
            DeadLetter.copy(topics, record("agent.tools", null), "r", "s", UnaryOperator.identity())
                .value())
        .isNull();
  }

  @Test
  void what_kafka_streams_put_aside_is_understood() {
    Headers headers =
        new RecordHeaders()
            .add("__streams.errors.topic", "agent.controls".getBytes(UTF_8))
            .add("__streams.errors.partition", "0".getBytes(UTF_8))
            .add("__streams.errors.offset", "7".getBytes(UTF_8))
            .add("__streams.errors.message", "boom".getBytes(UTF_8));

    assertThat(DeadLetter.of(headers))
        .contains(new DeadLetter("agent.controls", 0, 7, "boom", "kafka-streams"));
  }

  @Test
  void headers_that_are_no_numbers_say_nothing() {
    Headers headers =
        new RecordHeaders()
            .add("weirkeeper.dead-letter.topic", "t".getBytes(UTF_8))
            .add("weirkeeper.dead-letter.partition", "99999999999".getBytes(UTF_8))
            .add("weirkeeper.dead-letter.offset", "-1".getBytes(UTF_8));

    assertThat(DeadLetter.of(headers)).isEmpty();
    assertThat(DeadLetter.of(new RecordHeaders())).isEmpty();
  }

  private static ConsumerRecord<byte[], byte[]> record(
      String topic, byte @org.jspecify.annotations.Nullable [] value) {
    return new ConsumerRecord<>(topic, 3, 42, "s".getBytes(UTF_8), value);
  }

  @Test
  void what_must_not_be_copied_is_covered_in_the_value_and_in_headers() {
    ConsumerRecord<byte[], byte[]> original = record("agent.tasks", new byte[] {1, 7, 2});
    original.headers().add("note", new byte[] {7});

    ProducerRecord<byte[], byte[]> copy =
        DeadLetter.copy(
            topics,
            original,
            "r",
            "s",
            bytes -> {
              byte[] covered = bytes.clone();
              for (int i = 0; i < covered.length; i++) {
                covered[i] = covered[i] == 7 ? 0 : covered[i];
              }
              return covered;
            });

    assertThat(copy.value()).containsExactly(1, 0, 2);
    assertThat(copy.headers().lastHeader("note").value()).containsExactly(0);
    assertThat(original.value()).containsExactly(1, 7, 2);
  }
}
