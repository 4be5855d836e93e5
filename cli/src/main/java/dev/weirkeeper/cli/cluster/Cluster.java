package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.cli.trouble.Explanation;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.content.RecordTexts;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ForkPart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A cluster that answers. Thread-safe; clients it hands out are their taker's to close. */
public final class Cluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /** Somebody waits: an answer that there is nothing more is not held back for half a second. */
  private static final int FETCH_WAIT_MS = 50;

  private final ClusterAddress address;
  private final Topics topics;
  private final Admin admin;
  private volatile Consumer<String> progress = _ -> {};

  private Cluster(ClusterAddress address, Admin admin) {
    this.address = address;
    this.topics = address.topics();
    this.admin = admin;
  }

  /**
   * Connects.
   *
   * @throws dev.weirkeeper.cli.trouble.Trouble if no broker answers within eight seconds, or one
   *     refuses
   */
  public static Cluster connect(ClusterAddress address) throws InterruptedException {
    Map<String, Object> config = address.connection().admin();
    config.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 30_000);
    Explanation explanation = new Explanation(address.connection().bootstrapServers());
    Admin admin;
    try {
      admin = Admin.create(config);
    } catch (RuntimeException e) {
      throw explanation.of(e);
    }
    try {
      admin
          .describeCluster(new DescribeClusterOptions().timeoutMs((int) PATIENCE.toMillis()))
          .clusterId()
          .get();
      return new Cluster(address, admin);
    } catch (ExecutionException e) {
      admin.close(Duration.ZERO);
      throw e.getCause() instanceof TimeoutException ? explanation.noBroker(e) : explanation.of(e);
    }
  }

  /** Has somebody told how far reading is, where that takes long. */
  public Cluster telling(Consumer<String> listener) {
    progress = listener;
    return this;
  }

  void progress(String line) {
    progress.accept(line);
  }

  /** Where it is. */
  public ClusterAddress address() {
    return address;
  }

  /** Its topic catalogue. */
  public Topics topics() {
    return topics;
  }

  /** A client for administration, closed with this. */
  public Admin admin() {
    return admin;
  }

  /** Its schema registry. */
  public SchemaRegistry registry() {
    return SchemaRegistry.connect(address.connection().serde());
  }

  /**
   * Writes records, without the secrets in what they say, and returns where they stand, in their
   * order.
   *
   * @throws dev.weirkeeper.cli.trouble.Trouble if one of them was not taken
   */
  public <T extends SpecificRecord> List<RecordMetadata> write(
      Topic<T> topic, List<Keyed<T>> records) throws InterruptedException {
    Redaction redaction = address.redaction();
    try (AvroSerializer<T> values = new AvroSerializer<>(address.connection().serde())) {
      return write(
          records.stream()
              .map(
                  record ->
                      new ProducerRecord<>(
                          topic.name(),
                          record.key().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                          values.serialize(topic.name(), clean(record.value(), redaction))))
              .toList());
    }
  }

  /** Parts of a session were cleaned when it was made, and signed parts must stay as they are. */
  private static <T extends SpecificRecord> T clean(T record, Redaction redaction) {
    return record instanceof ForkPart ? record : RecordTexts.map(record, redaction::apply);
  }

  /** Writes records as they are. */
  public List<RecordMetadata> write(List<ProducerRecord<byte[], byte[]>> records)
      throws InterruptedException {
    Map<String, Object> config = address.connection().producer();
    config.putIfAbsent(ProducerConfig.ACKS_CONFIG, "all");
    config.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis());
    config.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    config.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    Explanation explanation = new Explanation(address.connection().bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      var sent = records.stream().map(producer::send).toList();
      producer.flush();
      var written = new java.util.ArrayList<RecordMetadata>();
      for (var future : sent) {
        written.add(future.get());
      }
      return written;
    } catch (ExecutionException e) {
      throw explanation.of(e.getCause() == null ? e : e.getCause());
    }
  }

  /** A consumer of bytes that belongs to no group and reads committed records only. */
  public KafkaConsumer<byte[], byte[]> reader() {
    Map<String, Object> config = address.connection().consumer();
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 30_000);
    config.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
    config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Reads the values of a topic. */
  public <T extends SpecificRecord> AvroDeserializer<T> deserializer(Topic<T> topic) {
    return new AvroDeserializer<>(topic.value().orElseThrow(), address.connection().serde());
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }

  /** A record to write. */
  public record Keyed<T>(String key, T value) {}
}
