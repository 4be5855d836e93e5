package dev.weirkeeper.cli.follow;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.TaskResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what happens to tasks from the moment it is opened. Open it before the tasks are produced,
 * so that nothing is missed. For one thread; {@link #wake} may be called from any.
 */
public final class TaskFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TaskFollower.class);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroDeserializer<TaskResult> results;
  private final AvroDeserializer<SessionEvent> events;
  private final String resultTopic;

  private TaskFollower(Cluster cluster, KafkaConsumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
    this.results = cluster.deserializer(cluster.topics().results());
    this.events = cluster.deserializer(cluster.topics().events());
    this.resultTopic = cluster.topics().results().name();
  }

  /** What was read. */
  public sealed interface Seen {
    /** A task ended. */
    record Ended(TaskResult result) implements Seen {}

    /** Something happened in a session. */
    record Happened(SessionEvent event) implements Seen {}
  }

  /** Starts at the end of the event and result topics. */
  public static TaskFollower open(Cluster cluster) {
    KafkaConsumer<byte[], byte[]> consumer = cluster.reader();
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic :
          List.of(cluster.topics().results().name(), cluster.topics().events().name())) {
        consumer
            .partitionsFor(topic)
            .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      // Seeking is lazy; asking for the position makes it happen now.
      partitions.forEach(consumer::position);
      return new TaskFollower(cluster, consumer);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * What has been written since the last call, waiting up to a time for the first of it.
   *
   * @throws org.apache.kafka.common.errors.WakeupException after {@link #wake}
   */
  public List<Seen> next(Duration patience) {
    List<Seen> seen = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      read(record).ifPresent(seen::add);
    }
    return seen;
  }

  /**
   * Reads until a condition is met by what was read, or the time is over.
   *
   * @return true if the condition was met
   */
  public boolean until(Predicate<Seen> met, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      for (Seen seen : next(Duration.ofMillis(200))) {
        if (met.test(seen)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Makes a waiting call return by an exception. */
  public void wake() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }

  private Optional<Seen> read(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(resultTopic)) {
        return Optional.ofNullable(
                results.deserialize(record.topic(), record.headers(), record.value()))
            .map(Seen.Ended::new);
      }
      return Optional.ofNullable(
              events.deserialize(record.topic(), record.headers(), record.value()))
          .map(Seen.Happened::new);
    } catch (UnreadableRecordException e) {
      // Somebody else's record on our topic is the audit sink's to report; following goes on.
      LOG.warn(
          "skipped a record that can't be read: {}-{}@{}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
      return Optional.empty();
    }
  }
}
