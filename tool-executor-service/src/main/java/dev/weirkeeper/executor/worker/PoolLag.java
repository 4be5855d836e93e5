package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many calls of a pool are not answered yet, those in hand included: what executors are scaled
 * by. Tools that watch consumer groups do not see share groups, so each executor asks the broker
 * itself, now and then; all executors of a pool show the same number.
 *
 * <p>Needs no more rights than reading the topic in the group does.
 */
final class PoolLag implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PoolLag.class);
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Admin admin;
  private final boolean share;
  private final String pool;
  private final String topic;
  private final String group;
  private final ScheduledExecutorService asking;
  private volatile double waiting = Double.NaN;

  /**
   * Begins to ask.
   *
   * @param share whether the group is a share group
   */
  static PoolLag watch(
      Admin admin,
      boolean share,
      String pool,
      String topic,
      String group,
      ExecutorMetrics metrics) {
    PoolLag lag = new PoolLag(admin, share, pool, topic, group);
    metrics.lag(pool, lag::waiting);
    var _ =
        lag.asking.scheduleWithFixedDelay(lag::ask, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return lag;
  }

  private PoolLag(Admin admin, boolean share, String pool, String topic, String group) {
    this.admin = admin;
    this.share = share;
    this.pool = pool;
    this.topic = topic;
    this.group = group;
    this.asking =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lag-" + pool).factory());
  }

  /** The number last heard; not a number where the broker has not told it. */
  double waiting() {
    return waiting;
  }

  private void ask() {
    try {
      waiting = count();
    } catch (ExecutionException | RuntimeException e) {
      // Thrown on, it would end the asking, and executors would be scaled by an old number.
      waiting = Double.NaN;
      LOG.debug("the lag of pool {} is not known", pool, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Where nobody has joined or answered yet, every record counts: the groups start at the first.
   */
  private double count() throws ExecutionException, InterruptedException {
    List<TopicPartition> partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
            .flatMap(description -> description.partitions().stream())
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    Map<TopicPartition, ListOffsetsResultInfo> first = offsets(partitions, OffsetSpec.earliest());
    Map<TopicPartition, ListOffsetsResultInfo> last = offsets(partitions, OffsetSpec.latest());
    Map<TopicPartition, Long> known = share ? ofShareGroup(last) : ofConsumerGroup(last);
    return partitions.stream()
        .mapToDouble(
            partition ->
                known.getOrDefault(partition, offset(last, partition) - offset(first, partition)))
        .sum();
  }

  private Map<TopicPartition, Long> ofShareGroup(Map<TopicPartition, ListOffsetsResultInfo> last)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> known = new HashMap<>();
    admin
        .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
        .partitionsToOffsetInfo(group)
        .get()
        .forEach(
            (partition, info) -> {
              if (info != null && last.containsKey(partition)) {
                known.put(
                    partition, info.lag().orElse(offset(last, partition) - info.startOffset()));
              }
            });
    return known;
  }

  private Map<TopicPartition, Long> ofConsumerGroup(Map<TopicPartition, ListOffsetsResultInfo> last)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> known = new HashMap<>();
    admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach(
            (partition, committed) -> {
              if (committed != null && last.containsKey(partition)) {
                known.put(partition, offset(last, partition) - committed.offset());
              }
            });
    return known;
  }

  private static long offset(
      Map<TopicPartition, ListOffsetsResultInfo> offsets, TopicPartition partition) {
    return Objects.requireNonNull(offsets.get(partition)).offset();
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(
      List<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin
        .listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> which)))
        .all()
        .get();
  }

  @Override
  public void close() {
    asking.shutdownNow();
  }
}
