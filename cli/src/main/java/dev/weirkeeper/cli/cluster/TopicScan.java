package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.schemas.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a topic holds now, from the oldest record to the one that is newest when the reading
 * begins. For topics that are small or of which one partition is wanted.
 */
public final class TopicScan {

  private static final Logger LOG = LoggerFactory.getLogger(TopicScan.class);
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private final Cluster cluster;

  /** Reads topics of a cluster. */
  public TopicScan(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * A record that was read.
   *
   * @param value absent: the key was deleted
   */
  public record Read<T>(
      String key, Optional<T> value, int partition, long offset, Instant written) {}

  /** The newest value of each key of a compacted topic, deleted ones left out, by key. */
  public <T extends SpecificRecord> Map<String, T> newest(Topic<T> topic) {
    Map<String, T> newest = new java.util.TreeMap<>();
    values(
        topic,
        Optional.empty(),
        read -> {
          if (read.value().isPresent()) {
            newest.put(read.key(), read.value().get());
          } else {
            newest.remove(read.key());
          }
        });
    return newest;
  }

  /**
   * Reads the values of a topic. Records that can't be read are left out: they are the audit sink's
   * to report.
   *
   * @param key only records of this key, of which only the partition is read; absent: all
   */
  public <T extends SpecificRecord> void values(
      Topic<T> topic, Optional<String> key, Consumer<Read<T>> reader) {
    try (AvroDeserializer<T> values = cluster.deserializer(topic)) {
      records(topic.name(), key, record -> read(record, values).ifPresent(reader));
    }
  }

  private static <T extends SpecificRecord> Optional<Read<T>> read(
      ConsumerRecord<byte[], byte[]> record, AvroDeserializer<T> values) {
    try {
      return Optional.of(
          new Read<>(
              text(record.key()),
              Optional.ofNullable(
                  values.deserialize(record.topic(), record.headers(), record.value())),
              record.partition(),
              record.offset(),
              Instant.ofEpochMilli(record.timestamp())));
    } catch (UnreadableRecordException e) {
      LOG.warn(
          "left out {}-{}@{}, which can't be read: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
      return Optional.empty();
    }
  }

  /** Reads the records of a topic as they are; a key narrows them as above. */
  public void records(
      String topic, Optional<String> key, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    try (KafkaConsumer<byte[], byte[]> consumer = cluster.reader()) {
      int count = consumer.partitionsFor(topic).size();
      List<TopicPartition> partitions =
          java.util.stream.IntStream.range(0, count)
              .filter(partition -> key.isEmpty() || partition == partitionOf(key.get(), count))
              .mapToObj(partition -> new TopicPartition(topic, partition))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> open = new LinkedHashMap<>(consumer.endOffsets(partitions));
      open.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
      long all = left(consumer, open);
      long told = System.nanoTime();
      while (!open.isEmpty()) {
        if (System.nanoTime() - told > TELL_EVERY.toNanos()) {
          told = System.nanoTime();
          cluster.progress(
              String.format(
                  Locale.ROOT,
                  "reading %s: %,d of %,d records",
                  topic,
                  all - left(consumer, open),
                  all));
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(WAIT)) {
          Long end = open.get(new TopicPartition(record.topic(), record.partition()));
          boolean wanted = key.isEmpty() || key.get().equals(text(record.key()));
          if (end != null && record.offset() < end && wanted) {
            reader.accept(record);
          }
        }
        open.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
      }
    }
  }

  private static long left(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .mapToLong(end -> end.getValue() - consumer.position(end.getKey()))
        .sum();
  }

  /** One record by its place; empty if it is gone. */
  public Optional<ConsumerRecord<byte[], byte[]>> at(String topic, int partition, long offset) {
    TopicPartition place = new TopicPartition(topic, partition);
    try (KafkaConsumer<byte[], byte[]> consumer = cluster.reader()) {
      if (consumer.partitionsFor(topic).size() <= partition) {
        return Optional.empty();
      }
      consumer.assign(List.of(place));
      long first = consumer.beginningOffsets(List.of(place)).getOrDefault(place, 0L);
      long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
      if (offset < first || offset >= end) {
        return Optional.empty();
      }
      consumer.seek(place, offset);
      while (consumer.position(place) <= offset) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(WAIT)) {
          if (record.offset() == offset) {
            return Optional.of(record);
          }
        }
      }
      return Optional.empty();
    }
  }

  /** The partition that every producer with Kafka's default partitioner gives a key. */
  private static int partitionOf(String key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
  }

  private static String text(byte @Nullable [] key) {
    return key == null ? "" : new String(key, StandardCharsets.UTF_8);
  }
}
