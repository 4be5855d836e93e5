package dev.weirkeeper.schemas.deadletter;

import dev.weirkeeper.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Why a record was put aside and where it stood.
 *
 * @param topic the topic it stood on
 * @param partition its partition
 * @param offset its offset
 * @param reason in words
 * @param service who gave it up
 */
public record DeadLetter(String topic, int partition, long offset, String reason, String service) {

  /** Longest value that is copied whole, in bytes; of longer ones only the head is. */
  public static final int MAX_VALUE_BYTES = 512 * 1024;

  private static final int MAX_REASON_CHARACTERS = 2_000;

  private static final String OURS = "weirkeeper.dead-letter.";
  private static final String TOPIC = "topic";
  private static final String PARTITION = "partition";
  private static final String OFFSET = "offset";
  private static final String REASON = "reason";
  private static final String SERVICE = "service";
  private static final String TRUNCATED = "original-bytes";

  /**
   * Others that put records aside, with the name of their reason and what they are called: Kafka
   * Streams (KIP-1034), share groups (KIP-1191), Connect.
   */
  private static final List<String[]> OTHERS =
      List.of(
          new String[] {"__streams.errors.", "message", "kafka-streams"},
          new String[] {"__dlq.errors.", "message", "share-group"},
          new String[] {"__connect.errors.", "exception.message", "connect"});

  /**
   * A copy of a record for the dead-letter topic: its key, its value (cut to {@value
   * #MAX_VALUE_BYTES} bytes) and its headers, with what is said here added.
   *
   * @param cover takes out of the value and the headers' values what must not be copied; whatever
   *     bytes it is given
   */
  public static ProducerRecord<byte[], byte[]> copy(
      Topics topics,
      ConsumerRecord<byte[], byte[]> original,
      String reason,
      String service,
      UnaryOperator<byte[]> cover) {
    Headers headers = new RecordHeaders();
    for (Header header : original.headers()) {
      headers.add(header.key(), header.value() == null ? null : cover.apply(header.value()));
    }
    for (String name : List.of(TOPIC, PARTITION, OFFSET, REASON, SERVICE, TRUNCATED)) {
      headers.remove(OURS + name);
    }
    add(headers, TOPIC, original.topic());
    add(headers, PARTITION, Integer.toString(original.partition()));
    add(headers, OFFSET, Long.toString(original.offset()));
    add(headers, REASON, cut(reason));
    add(headers, SERVICE, service);
    byte @Nullable [] value = original.value() == null ? null : cover.apply(original.value());
    if (value != null && value.length > MAX_VALUE_BYTES) {
      add(headers, TRUNCATED, Integer.toString(value.length));
      value = Arrays.copyOf(value, MAX_VALUE_BYTES);
    }
    return new ProducerRecord<>(topics.deadLetters().name(), null, original.key(), value, headers);
  }

  /**
   * What the headers of a record on the dead-letter topic say, whoever of the known writers wrote
   * them.
   *
   * @return empty if they do not say where the record came from
   */
  public static Optional<DeadLetter> of(Headers headers) {
    Optional<DeadLetter> ours =
        of(headers, OURS, REASON, text(headers, OURS + SERVICE).orElse("unknown"));
    if (ours.isPresent()) {
      return ours;
    }
    return OTHERS.stream()
        .map(other -> of(headers, other[0], other[1], other[2]))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<DeadLetter> of(
      Headers headers, String prefix, String reason, String service) {
    Optional<String> topic = text(headers, prefix + TOPIC);
    Optional<Long> partition = text(headers, prefix + PARTITION).flatMap(DeadLetter::number);
    Optional<Long> offset = text(headers, prefix + OFFSET).flatMap(DeadLetter::number);
    if (topic.isEmpty() || partition.isEmpty() || offset.isEmpty()) {
      return Optional.empty();
    }
    if (partition.get() > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    return Optional.of(
        new DeadLetter(
            topic.get(),
            partition.get().intValue(),
            offset.get(),
            text(headers, prefix + reason).map(DeadLetter::cut).orElse("no reason given"),
            service));
  }

  private static Optional<Long> number(String text) {
    return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  private static Optional<String> text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  private static String cut(String reason) {
    return reason.length() <= MAX_REASON_CHARACTERS
        ? reason
        : reason.substring(0, MAX_REASON_CHARACTERS) + " …";
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(OURS + name, value.getBytes(StandardCharsets.UTF_8));
  }
}
