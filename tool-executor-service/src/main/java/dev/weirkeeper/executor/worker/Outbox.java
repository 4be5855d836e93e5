package dev.weirkeeper.executor.worker;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends results, dead letters and tool definitions. Thread-safe. */
public final class Outbox implements AutoCloseable {

  /** Who writes our dead letters. */
  static final String SERVICE = "tool-executor";

  private static final Duration CLOSE = Duration.ofSeconds(10);

  /** Room for key, headers and framing beside the value. */
  private static final int RECORD_OVERHEAD = 16 * 1024;

  private static final int MAX_HEADER_BYTES = 4 * 1024;

  private final Topics topics;
  private final Redaction redaction;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroSerializer<ToolResult> results;
  private final AvroSerializer<ToolDefinition> definitions;
  private final int maxValueBytes;

  /**
   * @param producerSettings of a Kafka producer, the registry's address included
   * @param redaction takes secrets out of dead letters and of headers that are passed on
   */
  public Outbox(
      Topics topics,
      Map<String, Object> producerSettings,
      Map<String, Object> serde,
      Redaction redaction) {
    this.topics = topics;
    this.redaction = redaction;
    Map<String, Object> settings = new java.util.HashMap<>(producerSettings);
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    // Sent at once; what comes while a request is under way gathers for the next.
    settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "0");
    settings.putIfAbsent(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    this.results = new AvroSerializer<>(serde);
    this.definitions = new AvroSerializer<>(serde);
    Object given = settings.getOrDefault(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1024 * 1024);
    this.maxValueBytes = Integer.parseInt(String.valueOf(given)) - RECORD_OVERHEAD;
  }

  /** The bytes of a result. */
  byte[] bytes(ToolResult result) {
    byte[] bytes = results.serialize(topics.toolResults().name(), result);
    return bytes == null ? new byte[0] : bytes;
  }

  /** True if the broker takes a value of this length, as far as the producer knows. */
  boolean fits(byte[] value) {
    return value.length <= maxValueBytes;
  }

  /**
   * Sends a result.
   *
   * @param call headers of the call's record, which go on with the result
   * @return completed when the broker has it
   */
  CompletableFuture<Void> send(String sessionId, byte[] result, Headers call) {
    return send(
        new ProducerRecord<>(
            topics.toolResults().name(), null, utf8(sessionId), result, carried(call)));
  }

  /** Puts a record aside. */
  CompletableFuture<Void> deadLetter(ConsumerRecord<byte[], byte[]> origin, String reason) {
    return send(DeadLetter.copy(topics, origin, redaction.apply(reason), SERVICE, this::covered));
  }

  /** Publishes a tool. */
  public CompletableFuture<Void> publish(ToolDefinition definition) {
    String topic = topics.tools().name();
    return send(
        new ProducerRecord<>(
            topic, utf8(definition.getName()), definitions.serialize(topic, definition)));
  }

  private CompletableFuture<Void> send(ProducerRecord<byte[], byte[]> record) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    var _ =
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure == null) {
                sent.complete(null);
              } else {
                sent.completeExceptionally(failure);
              }
            });
    return sent;
  }

  private byte[] covered(byte[] bytes) {
    return redaction.cover(bytes, new HashSet<>());
  }

  private Headers carried(Headers call) {
    Headers headers = new RecordHeaders();
    for (Header header : call) {
      if (header.value() == null || header.value().length <= MAX_HEADER_BYTES) {
        headers.add(header.key(), header.value() == null ? null : covered(header.value()));
      }
    }
    return headers;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
