package dev.weirkeeper.executor.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * bound, so that always some are free to take the next calls, and for each partition that a held
 * lane reads a free one reads it too: with more members than partitions the broker gives most of
 * them a single one. Lanes that find nothing to do for a while are closed again.
 */
final class ShareLanes implements CallSource {

  private static final Logger LOG = LoggerFactory.getLogger(ShareLanes.class);

  private static final Duration LOOK = Duration.ofMillis(10);

  /**
   * A lane held for longer than this by calls that run is not counted on for the next ones. One
   * that waits for answers to be written is: on a busy machine each more lane makes it busier.
   */
  private static final Duration HELD = Duration.ofMillis(100);

  private static final Duration TOO_MANY = Duration.ofSeconds(30);

  /** Time for a new lane to join and to be given partitions, before the next is opened. */
  private static final Duration JOINING = Duration.ofSeconds(3);

  private static final Duration LEAVE = Duration.ofSeconds(10);

  /** Lanes that are free, if the bound allows it. */
  private static final int SPARE = 2;

  /** With one, every transaction marker costs an empty poll (KIP-932, record_limit). */
  private static final int FEWEST_RECORDS = 8;

  private static final int MOST_RECORDS = 64;

  private final Map<String, Object> settings;
  private final ShareLane.Site site;
  private final int mostLanes;
  private final Assignments assignments;
  private final List<ShareLane> lanes = new CopyOnWriteArrayList<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Alarm alarm;
  private volatile boolean stopping;
  private volatile long openedAt;

  /**
   * @param shareConsumerSettings of a Kafka share consumer, its client id the executor's
   * @param group the share group
   * @param assignments of the share group
   * @param lastDelivery the delivery after which the broker gives up a record
   * @param slots how many calls may be taken
   * @param calls takes the calls
   * @param concurrency calls that may run at once: decides how many a lane takes together
   * @param mostLanes bound on members of the group in this executor
   */
  ShareLanes(
      Map<String, Object> shareConsumerSettings,
      String group,
      Assignments assignments,
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
    // The free lanes together take what may run at once.
    settings.putIfAbsent(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
        Integer.toString(Math.clamp(concurrency / SPARE, FEWEST_RECORDS, MOST_RECORDS)));
    this.site = new ShareLane.Site(pool, topic, lastDelivery, slots, calls, metrics, this::failed);
    this.assignments = assignments;
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
    String member =
        MemberName.lane(
            String.valueOf(settings.get(ConsumerConfig.CLIENT_ID_CONFIG)),
            opened.incrementAndGet());
    Map<String, Object> own = new HashMap<>(settings);
    own.put(ConsumerConfig.CLIENT_ID_CONFIG, member);
    ShareLane lane =
        new ShareLane(
            member,
            new KafkaShareConsumer<>(own, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
            site);
    lanes.add(lane);
    openedAt = System.nanoTime();
    lane.start();
  }

  private void look() {
    lanes.removeIf(ShareLane::hasEnded);
    lanes.forEach(ShareLane::look);
    if (stopping) {
      return;
    }
    List<ShareLane> held = lanes.stream().filter(ShareLanes::isHeld).toList();
    List<ShareLane> free = lanes.stream().filter(lane -> !isHeld(lane)).toList();
    if (!held.isEmpty()) {
      assignments.ask();
    }
    boolean covered = covered(held, free);
    if ((free.size() < SPARE || !covered) && lanes.size() < mostLanes && site.slots().free()) {
      if (free.size() < SPARE || !joining()) {
        open();
      }
    } else if (free.size() > SPARE && covered) {
      free.stream()
          .filter(lane -> lane.idle().compareTo(TOO_MANY) > 0)
          .filter(lane -> covered(held, free.stream().filter(other -> other != lane).toList()))
          .findFirst()
          .ifPresent(ShareLane::stopTaking);
    }
  }

  private static boolean isHeld(ShareLane lane) {
    return lane.holding().compareTo(HELD) >= 0;
  }

  private boolean joining() {
    return System.nanoTime() - openedAt < JOINING.toNanos()
        && !lanes.stream().allMatch(lane -> partitions(lane).isPresent());
  }

  /** True if no call has to wait for a held lane, as far as is known. */
  private boolean covered(List<ShareLane> held, List<ShareLane> free) {
    Set<Integer> waiting = partitions(held);
    waiting.removeAll(partitions(free));
    return waiting.isEmpty();
  }

  private Set<Integer> partitions(List<ShareLane> some) {
    Set<Integer> partitions = new HashSet<>();
    some.forEach(lane -> partitions(lane).ifPresent(partitions::addAll));
    return partitions;
  }

  private Optional<Set<Integer>> partitions(ShareLane lane) {
    return assignments.byMember().map(members -> members.get(lane.member()));
  }

  @Override
  public void stopTaking() {
    synchronized (this) {
      stopping = true;
    }
    lanes.forEach(ShareLane::stopTaking);
  }

  @Override
  public void awaitNoMore(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (!lanes.stream().allMatch(lane -> lane.hasEnded() || lane.holds())) {
      if (System.nanoTime() > end) {
        LOG.warn(
            "Kafka has not answered the last questions for calls of pool {}; what is handed back now"
                + " may be delivered here once more",
            site.pool());
        return;
      }
      Thread.sleep(LOOK);
    }
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
    alarm.close();
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
