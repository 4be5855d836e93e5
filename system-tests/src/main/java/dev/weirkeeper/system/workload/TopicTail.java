package dev.weirkeeper.system.workload;

import dev.weirkeeper.cli.cluster.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is committed to a topic from now on, on a thread of its own, until it is closed. */
public final class TopicTail implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LEAVE = Duration.ofSeconds(5);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean closed;

  private TopicTail(
      KafkaConsumer<byte[], byte[]> consumer, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    this.consumer = consumer;
    this.thread = Thread.ofPlatform().daemon().name("tail").unstarted(() -> read(each));
  }

  /** Begins; what was written before is not read. */
  public static TopicTail start(
      Cluster cluster, String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    KafkaConsumer<byte[], byte[]> consumer = cluster.reader();
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    TopicTail tail = new TopicTail(consumer, each);
    tail.thread.start();
    return tail;
  }

  private void read(Consumer<ConsumerRecord<byte[], byte[]>> each) {
    try (consumer) {
      while (!closed) {
        consumer.poll(POLL).forEach(each);
      }
    } catch (WakeupException e) {
      LOG.trace("closed", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(LEAVE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
