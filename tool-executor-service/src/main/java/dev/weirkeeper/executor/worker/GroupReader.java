package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes calls from a consumer group, for brokers before 4.2: as many executors as partitions can
 * work at once, and within a partition calls still run beside each other and end in any order.
 *
 * <p>A call is committed as taken before it is begun, so that one that kills its executor is
 * counted.
 */
final class GroupReader implements CallSource {

  private static final Logger LOG = LoggerFactory.getLogger(GroupReader.class);

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration COMMIT_EVERY = Duration.ofMillis(200);
  private static final Duration COMMIT = Duration.ofSeconds(10);
  private static final Duration LEAVE = Duration.ofSeconds(10);

  /** Before a call that was handed back is begun again. */
  private static final Duration BEFORE_AGAIN = Duration.ofMillis(500);

  private record Ended(
      TopicPartition partition,
      int incarnation,
      ConsumerRecord<byte[], byte[]> record,
      Settlement how) {}

  /** A call that was handed back, and when. */
  private record Taken(
      TopicPartition partition,
      int incarnation,
      ConsumerRecord<byte[], byte[]> record,
      long since) {}

  /** A partition since it was assigned. */
  private record Assigned(int incarnation, OffsetWindow window) {}

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String pool;
  private final String topic;
  private final int lastDelivery;
  private final Slots slots;
  private final Consumer<Delivery> calls;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final Queue<Taken> handedBack = new ArrayDeque<>();
  private final Map<TopicPartition, Assigned> partitions = new HashMap<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private int incarnations;
  private boolean uncommitted;
  private volatile boolean assigned;
  private volatile boolean takes = true;
  private volatile boolean closing;

  /**
   * @param consumerSettings of a Kafka consumer
   * @param group the consumer group
   * @param lastDelivery the delivery on which a call is not run any more
   */
  GroupReader(
      Map<String, Object> consumerSettings,
      String group,
      String pool,
      String topic,
      int lastDelivery,
      Slots slots,
      Consumer<Delivery> calls) {
    Map<String, Object> settings = new HashMap<>(consumerSettings);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    // How long the calls of an executor that was killed wait; Kafka's own default is 45 s.
    settings.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    settings.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
    settings.putIfAbsent(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.pool = pool;
    this.topic = topic;
    this.lastDelivery = lastDelivery;
    this.slots = slots;
    this.calls = calls;
    this.thread = Thread.ofPlatform().name("calls-" + pool).unstarted(this::run);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void stopTaking() {
    takes = false;
  }

  @Override
  public void awaitNoMore(Duration atMost) {
    // What is handed back stays here until this member has left.
  }

  @Override
  public Optional<String> waitingFor() {
    return assigned
        ? Optional.empty()
        : Optional.of("calls of pool " + pool + ": the consumer group has not let us in");
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  @Override
  public void close() {
    takes = false;
    closing = true;
    consumer.wakeup();
    try {
      thread.join(LEAVE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (consumer) {
      consumer.subscribe(List.of(topic), new Rebalance());
      long committedAt = System.nanoTime();
      while (!closing) {
        throttle();
        begin(poll());
        settle();
        if (uncommitted && System.nanoTime() - committedAt > COMMIT_EVERY.toNanos()) {
          committedAt = System.nanoTime();
          commit();
        }
      }
      settle();
      commit();
    } catch (RuntimeException | Error e) {
      failure.set(e);
      LOG.error("taking calls of pool {} has failed", pool, e);
    }
  }

  /** Takes from no partition while there is no room for more calls. */
  private void throttle() {
    Set<TopicPartition> paused = consumer.paused();
    List<TopicPartition> pause = new ArrayList<>();
    List<TopicPartition> resume = new ArrayList<>();
    boolean room = takes && slots.free();
    partitions.forEach(
        (partition, state) -> {
          boolean stop = !room || state.window().full();
          if (stop && !paused.contains(partition)) {
            pause.add(partition);
          } else if (!stop && paused.contains(partition)) {
            resume.add(partition);
          }
        });
    consumer.pause(pause);
    consumer.resume(resume);
  }

  private Iterable<ConsumerRecord<byte[], byte[]>> poll() {
    try {
      return consumer.poll(POLL);
    } catch (WakeupException e) {
      return List.of();
    }
  }

  private void begin(Iterable<ConsumerRecord<byte[], byte[]>> records) {
    List<Delivery> deliveries = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      Assigned state = partitions.get(partition);
      if (state == null) {
        continue; // revoked since it was fetched
      }
      int number = state.window().take(record.offset());
      if (number > 0) {
        deliveries.add(delivery(partition, state, record, number));
      }
      uncommitted = true;
    }
    if (!deliveries.isEmpty()) {
      commit();
      deliveries.forEach(calls);
    }
  }

  private Delivery delivery(
      TopicPartition partition, Assigned state, ConsumerRecord<byte[], byte[]> record, int number) {
    return new Delivery(
        record,
        number,
        lastDelivery,
        (delivery, how) -> ended.add(new Ended(partition, state.incarnation(), record, how)),
        () -> {});
  }

  private void settle() {
    for (Ended end = ended.poll(); end != null; end = ended.poll()) {
      Assigned state = partitions.get(end.partition());
      if (state == null || state.incarnation() != end.incarnation()) {
        continue; // another member has the partition now, or we have it anew
      }
      switch (end.how()) {
        case DONE -> {
          state.window().done(end.record().offset());
          uncommitted = true;
        }
        case HANDED_BACK ->
            handedBack.add(
                new Taken(end.partition(), state.incarnation(), end.record(), System.nanoTime()));
      }
    }
    Taken first = handedBack.peek();
    while (takes && first != null && System.nanoTime() - first.since() > BEFORE_AGAIN.toNanos()) {
      handedBack.remove();
      Assigned state = partitions.get(first.partition());
      if (state != null && state.incarnation() == first.incarnation()) {
        again(first, state);
      }
      first = handedBack.peek();
    }
  }

  /** A consumer group can't give one record back, so it is delivered once more from here. */
  private void again(Taken taken, Assigned state) {
    int number = state.window().takeAgain(taken.record().offset());
    calls.accept(delivery(taken.partition(), state, taken.record(), number));
  }

  private void commit() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    partitions.forEach(
        (partition, state) ->
            offsets.put(
                partition,
                new OffsetAndMetadata(state.window().committable(), state.window().metadata())));
    try {
      consumer.commitSync(offsets, COMMIT);
      uncommitted = false;
    } catch (RebalanceInProgressException | WakeupException e) {
      LOG.debug("the commit is repeated after the rebalance", e);
    } catch (CommitFailedException e) {
      LOG.warn("another member owns our partitions now; calls that run here may run there too", e);
    }
  }

  private final class Rebalance implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(added));
      for (TopicPartition partition : added) {
        OffsetAndMetadata known = committed.get(partition);
        OffsetWindow window =
            known == null
                ? OffsetWindow.of(consumer.position(partition), "")
                : OffsetWindow.of(known.offset(), known.metadata());
        partitions.put(partition, new Assigned(++incarnations, window));
      }
      assigned = true;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> removed) {
      settle();
      commit();
      removed.forEach(partitions::remove);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
      lost.forEach(partitions::remove);
    }
  }
}
