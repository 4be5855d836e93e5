package dev.weirkeeper.local.junit;

import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The broker and the schema registry as one test class sees them: shared with the others, with a
 * topic prefix of its own. Thread-safe.
 */
public final class KafkaForTests implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final SharedServers servers;
  private final String prefix;
  private final Admin admin;
  private final KafkaProducer<String, byte[]> producer;

  KafkaForTests(SharedServers servers, String prefix) {
    this.servers = servers;
    this.prefix = prefix;
    this.admin = Admin.create(settings());
    Map<String, Object> producing = settings();
    producing.put("linger.ms", 0);
    this.producer =
        new KafkaProducer<>(producing, new StringSerializer(), new ByteArraySerializer());
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return servers.broker().bootstrapServers();
  }

  /** For {@code schema.registry.url}. */
  public String registryUrl() {
    return servers.registry().url();
  }

  /** A topic prefix that no other test class has; it ends with a dot. */
  public String prefix() {
    return prefix;
  }

  /** The catalogue under this class's prefix. */
  public Topics topics() {
    return new Topics(prefix);
  }

  /** Settings that every Kafka client and serializer of a test needs; a copy to add to. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrapServers());
    settings.put("schema.registry.url", registryUrl());
    return settings;
  }

  /** An admin client that lives as long as the tests. */
  public Admin admin() {
    return admin;
  }

  /**
   * Creates the whole catalogue under this class's prefix.
   *
   * @param sessionPartitions partitions of the topics keyed by session
   * @param pools tool pools; {@link Topics#DEFAULT_POOL} if none is given
   */
  public void createTopics(int sessionPartitions, String... pools) {
    Collection<String> named = pools.length == 0 ? List.of(Topics.DEFAULT_POOL) : List.of(pools);
    create(
        topics().all(named).stream()
            .map(topic -> topic.newTopic(sessionPartitions, (short) 1))
            .toList());
  }

  /** Creates one topic of the catalogue, or any other. */
  public void create(Collection<NewTopic> topics) {
    done(() -> admin.createTopics(topics).all().get());
  }

  /** Produces a record and waits until the broker has it. */
  public <T extends SpecificRecord> RecordMetadata send(
      Topic<T> topic, String key, @Nullable T value) {
    try (AvroSerializer<T> serializer = new AvroSerializer<>(settings())) {
      return sendBytes(topic.name(), key, serializer.serialize(topic.name(), value));
    }
  }

  /** Produces any bytes and waits until the broker has them. */
  public RecordMetadata sendBytes(String topic, String key, byte @Nullable [] value) {
    return done(() -> producer.send(new ProducerRecord<>(topic, key, value)).get());
  }

  /** Everything committed to a topic so far, each partition in order. */
  public <T extends SpecificRecord> List<ConsumerRecord<String, T>> read(Topic<T> topic) {
    try (AvroDeserializer<T> deserializer =
        new AvroDeserializer<>(topic.value().orElseThrow(), settings())) {
      return readBytes(topic.name()).stream()
          .map(
              r ->
                  new ConsumerRecord<>(
                      r.topic(),
                      r.partition(),
                      r.offset(),
                      r.timestamp(),
                      r.timestampType(),
                      r.serializedKeySize(),
                      r.serializedValueSize(),
                      r.key(),
                      deserializer.deserialize(r.topic(), r.headers(), r.value()),
                      r.headers(),
                      r.leaderEpoch()))
          .toList();
    }
  }

  /** The same without decoding. */
  public List<ConsumerRecord<String, byte[]>> readBytes(String topic) {
    Map<String, Object> config = settings();
    config.put("isolation.level", "read_committed");
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(POLL).forEach(records::add);
      }
      return records.stream()
          .collect(Collectors.groupingBy(ConsumerRecord::partition))
          .values()
          .stream()
          .flatMap(List::stream)
          .toList();
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
    admin.close(Duration.ofSeconds(1));
  }

  /** A question to the broker. */
  private interface Request<R> {
    R send() throws ExecutionException, InterruptedException;
  }

  private static <R> R done(Request<R> request) {
    try {
      return request.send();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          Objects.requireNonNullElse(e.getCause(), e).toString(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
