package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the controls topic and knows which calls are no longer wanted: those that run are
 * stopped, those that come later are not begun. Every executor reads every control.
 *
 * <p>A control without a task stops what was requested before it, by the clocks of the two writers;
 * one with a task stops that task's calls whenever they were requested. What is older than a
 * quarter of an hour is forgotten: calls have deadlines. Thread-safe.
 */
public final class Cancellations implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Cancellations.class);

  private static final Duration MEMORY = Duration.ofMinutes(15);
  private static final int MOST_SESSIONS = 20_000;
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** Told about cancellations as they are read. */
  interface Listener {
    void cancelled(String sessionId, Optional<String> taskId, String reason);
  }

  private record Cancelled(Optional<String> taskId, Instant at, String reason) {}

  private final String topic;
  private final Map<String, Object> settings;
  private final AvroDeserializer<Control> reader;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, List<Cancelled>> bySession =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Cancelled>> eldest) {
          return size() > MOST_SESSIONS;
        }
      };
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final AtomicReference<@Nullable KafkaConsumer<byte[], byte[]>> consumer =
      new AtomicReference<>();
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * @param topic of the controls
   * @param consumerSettings of a Kafka consumer, without a group
   * @param serde settings of the deserializer
   */
  public Cancellations(
      String topic, Map<String, Object> consumerSettings, Map<String, Object> serde) {
    this.topic = topic;
    this.settings = new HashMap<>(consumerSettings);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    this.reader = new AvroDeserializer<>(Control.class, serde);
    this.thread = Thread.ofPlatform().name("controls").unstarted(this::follow);
  }

  /** Begins to follow, from what was written shortly before. */
  public void start() {
    thread.start();
  }

  /**
   * Waits until what had been written before the start is known.
   *
   * @return false if that takes longer
   */
  public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
    return caughtUp.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What it waits for, if anything. */
  public Optional<String> waitingFor() {
    return caughtUp.getCount() == 0
        ? Optional.empty()
        : Optional.of("topic " + topic + " to be read: does it exist?");
  }

  void onCancel(Listener listener) {
    listeners.add(listener);
  }

  /** Why a call is no longer wanted, if it is not. */
  Optional<String> reasonAgainst(Call call) {
    synchronized (bySession) {
      return bySession.getOrDefault(call.sessionId(), List.of()).stream()
          .filter(
              cancelled ->
                  cancelled.taskId().isPresent()
                      ? cancelled.taskId().get().equals(call.taskId())
                      : !call.requestedAt().isAfter(cancelled.at()))
          .findFirst()
          .map(Cancelled::reason);
    }
  }

  private void follow() {
    while (!stopping) {
      try (KafkaConsumer<byte[], byte[]> opened =
          new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer.set(opened);
        follow(opened);
      } catch (WakeupException e) {
        LOG.debug("woken up to stop");
      } catch (org.apache.kafka.common.KafkaException e) {
        LOG.warn("the controls can't be followed; trying again", e);
        sleep();
      } finally {
        consumer.set(null);
      }
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> opened) {
    List<TopicPartition> partitions = partitions(opened);
    if (partitions.isEmpty()) {
      return;
    }
    opened.assign(partitions);
    Map<TopicPartition, Long> ends = opened.endOffsets(partitions);
    long since = Instant.now().minus(MEMORY).toEpochMilli();
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, since));
    opened
        .offsetsForTimes(times)
        .forEach(
            (partition, found) ->
                opened.seek(partition, found == null ? end(ends, partition) : found.offset()));
    while (!stopping) {
      for (ConsumerRecord<byte[], byte[]> record : opened.poll(POLL)) {
        learn(record);
      }
      if (caughtUp.getCount() > 0
          && partitions.stream()
              .allMatch(partition -> opened.position(partition) >= end(ends, partition))) {
        caughtUp.countDown();
      }
    }
  }

  private static long end(Map<TopicPartition, Long> ends, TopicPartition partition) {
    Long end = ends.get(partition);
    return end == null ? 0 : end;
  }

  private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> opened) {
    List<TopicPartition> partitions = new ArrayList<>();
    List<PartitionInfo> known = opened.partitionsFor(topic);
    if (known != null) {
      known.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    if (partitions.isEmpty()) {
      LOG.warn("topic {} does not exist yet", topic);
      sleep();
    }
    return partitions;
  }

  /** Unreadable controls are the planner's to put aside: it reads each of them once. */
  private void learn(ConsumerRecord<byte[], byte[]> record) {
    while (!stopping) {
      try {
        Control control = reader.deserialize(topic, record.headers(), record.value());
        if (control != null && control.getKind() == ControlKind.CANCEL) {
          learn(control, Instant.ofEpochMilli(record.timestamp()));
        }
        return;
      } catch (UnreadableRecordException e) {
        LOG.warn("the control at {}@{} can't be read", record.partition(), record.offset(), e);
        return;
      } catch (RegistryUnavailableException e) {
        LOG.warn("the schema registry does not answer; controls wait", e);
        sleep();
      }
    }
  }

  private void learn(Control control, Instant at) {
    String reason =
        "cancelled by "
            + control.getRequestedBy()
            + (control.getReason().isBlank() ? "" : " (" + control.getReason() + ")");
    Optional<String> task = Optional.ofNullable(control.getTaskId());
    Instant oldest = Instant.now().minus(MEMORY);
    synchronized (bySession) {
      bySession.values().removeIf(list -> list.stream().allMatch(c -> c.at().isBefore(oldest)));
      bySession
          .computeIfAbsent(control.getSessionId(), session -> new ArrayList<>())
          .add(new Cancelled(task, at, reason));
    }
    listeners.forEach(listener -> listener.cancelled(control.getSessionId(), task, reason));
  }

  private void sleep() {
    try {
      Thread.sleep(RETRY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopping = true;
    KafkaConsumer<byte[], byte[]> open = consumer.get();
    if (open != null) {
      open.wakeup();
    }
    try {
      thread.join(CLOSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
