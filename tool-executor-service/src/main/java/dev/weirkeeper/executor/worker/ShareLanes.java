package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes calls from a share group (KIP-932): more executors than partitions, acknowledged call by
 * call, no call kept waiting behind another.
 *
 * <p>Runs a few {@linkplain ShareLane lanes} and opens more when calls hold them for long, up to a
 * bound, so that always some are free to take the next calls; lanes that find nothing to do for a
 * while are closed again.
 */
final class ShareLanes implements CallSource {

  private static final Logger LOG = LoggerFactory.getLogger(ShareLanes.class);

  private static final Duration LOOK = Duration.ofMillis(50);

  /** A lane held for longer than this is not counted on for the next calls. */
  private static final Duration HELD = Duration.ofMillis(100);

  private static final Duration TOO_MANY = Duration.ofSeconds(30);
  private static final Duration LEAVE = Duration.ofSeconds(10);

  /** Lanes that are free, if the bound allows it. */
  private static final int SPARE = 2;

  /** With one, every transaction marker costs an empty poll (KIP-932, record_limit). */
  private static final int FEWEST_RECORDS = 8;

  private static final int MOST_RECORDS = 64;

  private final Map<String, Object> settings;
  private final ShareLane.Site site;
  private final int mostLanes;
  private final List<ShareLane> lanes = new CopyOnWriteArrayList<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Alarm alarm;
  private volatile boolean stopping;

  /**
   * @param shareConsumerSettings of a Kafka share consumer
   * @param group the share group
   * @param lastDelivery the delivery after which the broker gives up a record
   * @param slots how many calls may be taken
   * @param calls takes the calls
   * @param concurrency calls that may run at once: decides how many a lane takes together
   * @param mostLanes bound on members of the group in this executor
   */
  ShareLanes(
      Map<String, Object> shareConsumerSettings,
      String group,
      String pool,
      String topic,
      int lastDelivery,
      Slots slots,
      Consumer<Delivery> calls,
      ExecutorMetrics metrics,
      int concurrency,
      int mostLanes) {
    this.settings = new HashMap<>(shareConsumerSettings);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
    settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
    settings.putIfAbsent(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
        Integer.toString(Math.clamp(concurrency / 4, FEWEST_RECORDS, MOST_RECORDS)));
    this.site = new ShareLane.Site(pool, topic, lastDelivery, slots, calls, metrics, this::failed);
    this.mostLanes = mostLanes;
    this.alarm = new Alarm("lanes-" + pool, 1);
    metrics.lanes(pool, lanes::size);
  }

  /** Told by a lane that ended by itself. */
  private void failed(Throwable why) {
    if (failure.compareAndSet(null, why)) {
      LOG.error("taking calls of pool {} has failed", site.pool(), why);
    }
  }

  @Override
  public void start() {
    for (int i = 0; i < Math.min(SPARE, mostLanes); i++) {
      open();
    }
    alarm.every(LOOK, this::look);
  }

  private synchronized void open() {
    if (stopping) {
      return;
    }
    int number = opened.incrementAndGet();
    Map<String, Object> own = new HashMap<>(settings);
    own.computeIfPresent(
        ConsumerConfig.CLIENT_ID_CONFIG,
        (key, executor) -> MemberName.lane(executor.toString(), number));
    ShareLane lane =
        new ShareLane(
            "lane-" + site.pool() + "-" + number,
            new KafkaShareConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
            site);
    lanes.add(lane);
    lane.start();
  }

  private void look() {
    lanes.removeIf(ShareLane::hasEnded);
    long free = lanes.stream().filter(lane -> lane.holding().compareTo(HELD) < 0).count();
    if (free < SPARE && lanes.size() < mostLanes && site.slots().free()) {
      open();
    } else if (free > SPARE && lanes.stream().allMatch(lane -> tooMany(lane, free))) {
      closeOne();
    }
  }

  private static boolean tooMany(ShareLane lane, long free) {
    return free > SPARE
        && (lane.holding().compareTo(HELD) >= 0 || lane.idle().compareTo(TOO_MANY) > 0);
  }

  private void closeOne() {
    lanes.stream()
        .filter(lane -> lane.idle().compareTo(TOO_MANY) > 0)
        .reduce((first, second) -> second)
        .ifPresent(ShareLane::stopTaking);
  }

  @Override
  public void stopTaking() {
    synchronized (this) {
      stopping = true;
    }
    alarm.close();
    lanes.forEach(ShareLane::stopTaking);
  }

  @Override
  public Optional<String> waitingFor() {
    return lanes.stream().anyMatch(ShareLane::joined)
        ? Optional.empty()
        : Optional.of("calls of pool " + site.pool() + ": the share group has not assigned any");
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  @Override
  public void close() {
    stopTaking();
    lanes.forEach(ShareLane::close);
    long end = System.nanoTime() + LEAVE.toNanos();
    for (ShareLane lane : lanes) {
      try {
        lane.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
