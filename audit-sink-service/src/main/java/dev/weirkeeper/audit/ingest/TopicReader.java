package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what is committed on the catalogue's topics, partition by partition, from the first record
 * the broker has to the last there is when it gets there. Leaves no trace in any group.
 */
public final class TopicReader {

  private static final Duration POLL = Duration.ofMillis(500);

  /** Where a partition ends is known, so the broker needn't wait for more before it says so. */
  private static final int FETCH_WAIT_MS = 10;

  /** Takes records. */
  @FunctionalInterface
  public interface Taking<X extends Exception> {

    /** The next record. */
    void record(String kafkaId, ConsumerRecord<byte[], byte[]> record) throws X;
  }

  private TopicReader() {}

  /**
   * Reads topics of the catalogue.
   *
   * @param only names of topics; empty: all there are
   * @throws KafkaException if the cluster can't be asked
   */
  public static <X extends Exception> void read(
      Connection kafka, List<String> only, Taking<X> taking) throws X {
    CatalogueTopics catalogue = new CatalogueTopics(new Topics(kafka.topicPrefix()));
    Map<String, Object> keys = kafka.consumer();
    keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    keys.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    keys.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    keys.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
    keys.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    keys.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
    try (Admin admin = Admin.create(kafka.admin());
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(keys, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (TopicDescription topic : topics(admin, catalogue, only).values()) {
        String kafkaId = topic.topicId().toString();
        for (int i = 0; i < topic.partitions().size(); i++) {
          read(consumer, new TopicPartition(topic.name(), i), kafkaId, taking);
        }
      }
    }
  }

  /** The first offset the broker has of each partition, by {@link #key}. */
  public static Map<String, Long> beginnings(Connection kafka) {
    CatalogueTopics catalogue = new CatalogueTopics(new Topics(kafka.topicPrefix()));
    try (Admin admin = Admin.create(kafka.admin())) {
      Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
      Map<String, TopicDescription> topics = topics(admin, catalogue, List.of());
      topics.forEach(
          (name, topic) -> {
            for (int i = 0; i < topic.partitions().size(); i++) {
              asked.put(new TopicPartition(name, i), OffsetSpec.earliest());
            }
          });
      Map<String, Long> first = new HashMap<>();
      got(admin.listOffsets(asked).all())
          .forEach(
              (partition, offset) -> {
                TopicDescription topic = topics.get(partition.topic());
                if (topic != null) {
                  first.put(
                      key(partition.topic(), topic.topicId().toString(), partition.partition()),
                      offset.offset());
                }
              });
      return first;
    }
  }

  /** Names a partition of a topic with Kafka's id for it. */
  public static String key(String topic, String kafkaId, int partition) {
    return topic + "/" + kafkaId + "/" + partition;
  }

  private static Map<String, TopicDescription> topics(
      Admin admin, CatalogueTopics catalogue, List<String> only) {
    List<String> names =
        got(admin.listTopics().names()).stream()
            .filter(name -> catalogue.pattern().matcher(name).matches())
            .filter(name -> only.isEmpty() || only.contains(name))
            .toList();
    return new TreeMap<>(got(admin.describeTopics(names).allTopicNames()));
  }

  private static <T> T got(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
  }

  private static <X extends Exception> void read(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      String kafkaId,
      Taking<X> taking)
      throws X {
    List<TopicPartition> one = List.of(partition);
    consumer.assign(one);
    long from = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
    long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
    consumer.seek(partition, from);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end) {
          taking.record(kafkaId, record);
        }
      }
    }
  }
}
