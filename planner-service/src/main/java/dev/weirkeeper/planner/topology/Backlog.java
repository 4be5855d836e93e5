package dev.weirkeeper.planner.topology;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How many of the records that the current stream thread polled last are still to be processed. A
 * stream thread processes all it has polled before it polls again (Kafka Streams 4.4.0, {@code
 * StreamThread.runOnce}), so when none is left there is nothing more that a commit could take
 * along: waiting any longer would only keep what was decided from those who wait for it.
 *
 * <p>Kafka Streams does not tell its processors, so the main consumer is listened to. Counts for
 * each thread by itself. A count that is wrong, because a record was dropped on its way, lasts
 * until the next poll.
 */
public final class Backlog implements ConsumerInterceptor<byte[], byte[]> {

  private static final ThreadLocal<Count> COUNT = ThreadLocal.withInitial(Count::new);

  private static final class Count {
    private int left;
    private boolean waitedFor;
  }

  /**
   * Notes that a record has been processed.
   *
   * @param waitedFor whether anybody waits for what it led to
   * @return true if it was the last of those polled and something since the last time is waited for
   */
  static boolean processed(boolean waitedFor) {
    Count count = COUNT.get();
    count.left--;
    count.waitedFor |= waitedFor;
    if (count.left > 0 || !count.waitedFor) {
      return false;
    }
    count.waitedFor = false;
    return true;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    COUNT.get().left = records.count();
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    // Says nothing about records.
  }

  @Override
  public void configure(Map<String, ?> configs) {
    // Has no settings.
  }

  @Override
  public void close() {
    // Holds nothing but a number.
  }
}
