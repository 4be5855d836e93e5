package dev.weirkeeper.planner.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The main consumer of a stream thread. It gives what there is, not what there was.
 *
 * <p>Kafka's consumer asks for the next records when it gives out some, and the broker answers with
 * the first that comes. What comes after it, while the thread decides and commits, is in the answer
 * after that, a whole commit later. So when nobody has asked for a while, this asks twice: for what
 * came early, then for all the rest. Under load every step of a session saves the time of a commit,
 * and each commit takes more along.
 */
final class PlannerConsumer extends KafkaConsumer<byte[], byte[]> {

  /** After a shorter while the first answer has it all. */
  private static final long WHILE_NANOS = 2_000_000;

  private static final Duration AT_ONCE = Duration.ofMillis(2);
  private static final Duration REST = Duration.ofMillis(5);
  private static final long NOWHERE = -1;

  private final long atOnceNanos;
  private final Duration rest;

  private long gave = System.nanoTime();

  /** What went wrong behind the back of records that were given out all the same. */
  private @Nullable RuntimeException owed;

  PlannerConsumer(Map<String, Object> config) {
    this(config, AT_ONCE, REST);
  }

  /**
   * @param atOnce an answer that took longer was waited for: nothing has come long before it
   * @param rest longest wait for what came later; mostly the broker answers sooner
   */
  PlannerConsumer(Map<String, Object> config, Duration atOnce, Duration rest) {
    super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.atOnceNanos = atOnce.toNanos();
    this.rest = rest;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    RuntimeException failure = owed;
    if (failure != null) {
      owed = null;
      throw failure;
    }
    long asked = System.nanoTime();
    ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
    boolean atOnce = System.nanoTime() - asked < atOnceNanos;
    if (!records.isEmpty() && atOnce && asked - gave > WHILE_NANOS) {
      records = together(records, rest(), this::whereItGoesOn);
    }
    Backlog.polled(records.count());
    gave = System.nanoTime();
    return records;
  }

  private ConsumerRecords<byte[], byte[]> rest() {
    try {
      return super.poll(rest);
    } catch (RuntimeException e) {
      owed = e;
      return ConsumerRecords.empty();
    }
  }

  private long whereItGoesOn(TopicPartition partition) {
    try {
      return assignment().contains(partition) ? position(partition, Duration.ZERO) : NOWHERE;
    } catch (TimeoutException e) {
      return NOWHERE;
    }
  }

  /**
   * Both, one after the other. With the second a partition may have been taken away, or taken away
   * and given back; what the first brought of it is left out then: it goes to the next owner, or
   * comes again.
   *
   * @param position where a partition is read on, negative if it is not
   */
  static ConsumerRecords<byte[], byte[]> together(
      ConsumerRecords<byte[], byte[]> early,
      ConsumerRecords<byte[], byte[]> rest,
      ToLongFunction<TopicPartition> position) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    early
        .nextOffsets()
        .forEach(
            (partition, offset) -> {
              List<ConsumerRecord<byte[], byte[]>> then = rest.records(partition);
              long goesOn =
                  then.isEmpty() ? position.applyAsLong(partition) : then.getFirst().offset();
              if (goesOn >= offset.offset()) {
                records.put(partition, early.records(partition));
                next.put(partition, offset);
              }
            });
    for (TopicPartition partition : rest.partitions()) {
      records.merge(partition, rest.records(partition), PlannerConsumer::joined);
    }
    next.putAll(rest.nextOffsets());
    records.values().removeIf(List::isEmpty);
    return new ConsumerRecords<>(records, next);
  }

  private static <T> List<T> joined(List<T> one, List<T> two) {
    List<T> both = new ArrayList<>(one);
    both.addAll(two);
    return both;
  }
}
