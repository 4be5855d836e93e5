package dev.weirkeeper.cli.conformance;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;

/** A planner's place on the topics: writes calls and controls, reads what comes back. */
final class Wire implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LOOK = Duration.ofMillis(25);

  private final Cluster cluster;
  private final String pool;
  private final AvroSerializer<ToolCall> calls;
  private final AvroSerializer<Control> controls;
  private final List<Answer> answers = new CopyOnWriteArrayList<>();
  private final List<String> unreadable = new CopyOnWriteArrayList<>();
  private final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
  private final List<Offered> offered = new CopyOnWriteArrayList<>();
  private final Thread reading;
  private volatile boolean ready;
  private volatile boolean closing;

  /** A result as it stands on the topic. */
  record Answer(String key, ToolResult result, Headers headers) {}

  /** A definition as it stands on the topic. */
  record Offered(String key, ToolDefinition definition) {}

  Wire(Cluster cluster, String pool) {
    this.cluster = cluster;
    this.pool = pool;
    this.calls = new AvroSerializer<>(cluster.address().connection().serde());
    this.controls = new AvroSerializer<>(cluster.address().connection().serde());
    this.reading = Thread.ofPlatform().daemon().name("conformance").start(this::read);
  }

  /** True once everything written from now on will be seen. */
  boolean ready() {
    return ready;
  }

  void send(ToolCall call, Map<String, String> headers) throws InterruptedException {
    String topic = cluster.topics().toolCalls(pool).name();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, utf8(call.getSessionId()), calls.serialize(topic, call));
    headers.forEach((name, value) -> record.headers().add(name, utf8(value)));
    cluster.write(List.of(record));
  }

  byte[] bytes(ToolCall call) {
    byte[] bytes = calls.serialize(cluster.topics().toolCalls(pool).name(), call);
    return bytes == null ? new byte[0] : bytes;
  }

  void sendRaw(String session, byte[] value) throws InterruptedException {
    cluster.write(
        List.of(
            new ProducerRecord<>(cluster.topics().toolCalls(pool).name(), utf8(session), value)));
  }

  void send(Control control) throws InterruptedException {
    String topic = cluster.topics().controls().name();
    cluster.write(
        List.of(
            new ProducerRecord<>(
                topic, utf8(control.getSessionId()), controls.serialize(topic, control))));
  }

  List<Answer> answers(String callId) {
    return answers.stream().filter(answer -> answer.result().getCallId().equals(callId)).toList();
  }

  List<Offered> offered() {
    return offered.stream().filter(tool -> tool.definition().getPool().equals(pool)).toList();
  }

  List<DeadLetter> deadLetters() {
    String topic = cluster.topics().toolCalls(pool).name();
    return deadLetters.stream().filter(letter -> letter.topic().equals(topic)).toList();
  }

  /** Records of results that no planner could read. */
  List<String> unreadable() {
    return List.copyOf(unreadable);
  }

  /** Waits until there is something, or the time is up. */
  static <T> Optional<T> await(Duration atMost, Supplier<Optional<T>> look)
      throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (true) {
      Optional<T> found = look.get();
      if (found.isPresent() || System.nanoTime() > end) {
        return found;
      }
      Thread.sleep(LOOK);
    }
  }

  private void read() {
    Topic<ToolResult> results = cluster.topics().toolResults();
    Topic<ToolDefinition> tools = cluster.topics().tools();
    String dead = cluster.topics().deadLetters().name();
    try (KafkaConsumer<byte[], byte[]> consumer = cluster.reader();
        AvroDeserializer<ToolResult> result = cluster.deserializer(results);
        AvroDeserializer<ToolDefinition> definition = cluster.deserializer(tools)) {
      List<TopicPartition> fromNow = partitions(consumer, results.name());
      fromNow.addAll(partitions(consumer, dead));
      List<TopicPartition> all = new ArrayList<>(fromNow);
      List<TopicPartition> fromTheBeginning = partitions(consumer, tools.name());
      all.addAll(fromTheBeginning);
      consumer.assign(all);
      consumer.seekToEnd(fromNow);
      fromNow.forEach(consumer::position);
      consumer.seekToBeginning(fromTheBeginning);
      ready = true;
      while (!closing) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.topic().equals(dead)) {
            DeadLetter.of(record.headers()).ifPresent(deadLetters::add);
          } else if (record.topic().equals(results.name())) {
            read(result, record)
                .ifPresent(
                    read -> answers.add(new Answer(text(record.key()), read, record.headers())));
          } else {
            read(definition, record)
                .ifPresent(read -> offered.add(new Offered(text(record.key()), read)));
          }
        }
      }
    }
  }

  private <T extends SpecificRecord> Optional<T> read(
      AvroDeserializer<T> reader, ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(
          reader.deserialize(record.topic(), record.headers(), record.value()));
    } catch (RuntimeException e) {
      unreadable.add(
          "%s-%d@%d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
      return Optional.empty();
    }
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    consumer
        .partitionsFor(topic)
        .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    return partitions;
  }

  private static String text(byte[] key) {
    return key == null ? "" : new String(key, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    closing = true;
    try {
      reading.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.close();
    controls.close();
  }
}
