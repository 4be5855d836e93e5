package dev.weirkeeper.executor.worker;

import dev.weirkeeper.operations.failpoint.FailPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a share group, and the thread that alone uses it.
 *
 * <p>A share consumer gives out nothing new while it holds a record, renewed or not (Kafka 4.4.0,
 * {@code ShareConsumerImpl.collect}). So a lane takes a few calls, holds them until the last has
 * ended, renewing its locks, and takes the next few then. {@link ShareLanes} sees to it that other
 * lanes are free meanwhile.
 *
 * <p>What a poll asks the broker for is locked for this member until a later poll gives it out. So
 * a lane that holds calls never asks: it renews by acknowledgements that are confirmed before the
 * poll that takes the records back. And a lane that has asked polls until it has been answered, in
 * one long poll and not in many short ones: a poll that begins in the moment the answer comes gives
 * it out, and asks for more all the same (Kafka 4.4.0, {@code ShareConsumerImpl.collect}).
 *
 * <p>An answer that holds nothing but the marker of a transaction ends what a poll has asked for,
 * yet not the poll ({@code ShareConsumeRequestManager.handleShareFetchSuccess}): nothing is asked
 * for again before the next one. {@link #look} ends such a poll.
 */
final class ShareLane {

  private static final Logger LOG = LoggerFactory.getLogger(ShareLane.class);

  private static final Duration LONG_POLL = Duration.ofSeconds(1);

  /** For a poll that only takes back renewed records: they are there already. */
  private static final Duration TAKE_BACK = Duration.ofMillis(20);

  private static final double NO_POLL = -1;

  private static final Duration NO_ROOM = Duration.ofMillis(5);
  private static final Duration LOOK_AROUND = Duration.ofMillis(250);

  /** Calls that end within this time of each other are acknowledged in one request. */
  private static final Duration GATHER = Duration.ofMillis(20);

  /** A record by where it stands. */
  private record Place(String topic, int partition, long offset) {
    static Place of(ConsumerRecord<?, ?> record) {
      return new Place(record.topic(), record.partition(), record.offset());
    }
  }

  private record Ended(Place place, Settlement settlement) {}

  /**
   * Where a lane belongs.
   *
   * @param pool the pool
   * @param topic the topic of its calls
   * @param lastDelivery the delivery after which the broker gives up a record
   * @param slots how many calls may be taken
   * @param calls takes the calls
   * @param metrics counts
   * @param onFailure told why a lane ended by itself
   */
  record Site(
      String pool,
      String topic,
      int lastDelivery,
      Slots slots,
      Consumer<Delivery> calls,
      ExecutorMetrics metrics,
      Consumer<Throwable> onFailure) {}

  private final String member;
  private final Site site;
  private final KafkaShareConsumer<byte[], byte[]> consumer;
  private final Metric fetches;
  private final Thread thread;
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();

  /** Records the last poll gave us that have not been acknowledged since. */
  private final Map<Place, ConsumerRecord<byte[], byte[]>> inFlight = new HashMap<>();

  /** Records renewed that have not come back from a poll yet. */
  private final Map<Place, ConsumerRecord<byte[], byte[]>> renewing = new HashMap<>();

  /** How calls ended whose record is in flight or renewing. */
  private final Map<Place, Settlement> finished = new HashMap<>();

  /** Calls that have not ended; the others only wait for their answers to be written. */
  private final AtomicInteger running = new AtomicInteger();

  private volatile boolean takes = true;
  private volatile boolean closing;
  private volatile boolean begun;

  /** Answered fetches when the poll for new calls began that is under way. */
  private volatile double answeredBefore = NO_POLL;

  /** Answered fetches at the last {@link #look}. */
  private double answeredAtLook = NO_POLL;

  private volatile long holdingSince = -1;
  private volatile long idleSince = System.nanoTime();

  /**
   * @param member the consumer's client id
   */
  ShareLane(String member, KafkaShareConsumer<byte[], byte[]> consumer, Site site) {
    this.member = member;
    this.consumer = consumer;
    this.site = site;
    this.fetches =
        consumer.metrics().entrySet().stream()
            .filter(metric -> metric.getKey().name().equals("fetch-total"))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow();
    this.thread = Thread.ofPlatform().name(member).unstarted(this::run);
  }

  String member() {
    return member;
  }

  void start() {
    thread.start();
  }

  /**
   * Takes no more calls once the broker has answered what it has asked for, but holds those it has
   * until they end. If it left before, what the answer holds would be given back by the broker: one
   * more delivery for nothing.
   */
  void stopTaking() {
    takes = false;
  }

  /** Lets go of everything and leaves the group. Does not wait. */
  void close() {
    closing = true;
    stopTaking();
    consumer.wakeup();
  }

  void join(Duration atMost) throws InterruptedException {
    thread.join(atMost);
  }

  /** How long it has been held by calls that still run; zero if it is free, or about to be. */
  Duration holding() {
    long since = holdingSince;
    return since < 0 || running.get() == 0
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - since);
  }

  /** True if it holds calls, and so asks for none. */
  boolean holds() {
    return holdingSince >= 0;
  }

  /** How long it has found nothing to take; zero while it holds calls. */
  Duration idle() {
    return holds() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - idleSince);
  }

  /**
   * Ends a poll whose fetch was answered before the last look and that still has nothing to give
   * out. Called at a steady pace, by one thread.
   */
  void look() {
    double before = answeredBefore;
    double now = answered();
    if (before != NO_POLL && now > before && now == answeredAtLook) {
      consumer.wakeup();
    }
    answeredAtLook = now;
  }

  private double answered() {
    return fetches.metricValue() instanceof Double count ? count : 0;
  }

  /** True once it can take calls: the broker has assigned it partitions. */
  boolean joined() {
    return begun
        && consumer.metrics().entrySet().stream()
            .filter(metric -> metric.getKey().name().equals("rebalance-total"))
            .anyMatch(metric -> metric.getValue().metricValue() instanceof Double n && n >= 1);
  }

  boolean hasEnded() {
    return !thread.isAlive();
  }

  private void run() {
    try (consumer) {
      consumer.setAcknowledgementCommitCallback(this::acknowledged);
      consumer.subscribe(List.of(site.topic()));
      boolean asked = false;
      boolean unanswered = false;
      while (takes || (unanswered && !closing)) {
        if (asked || site.slots().free()) {
          FailPoint.reached("executor.before-poll");
          answeredBefore = answered();
          begun = true;
          ConsumerRecords<byte[], byte[]> records = poll(LONG_POLL);
          asked = records.isEmpty();
          unanswered = asked && answered() == answeredBefore && joined();
          answeredBefore = NO_POLL;
          hold(records);
        } else {
          consumer.commitAsync();
          Thread.sleep(NO_ROOM);
        }
      }
      acknowledge();
    } catch (InterruptedException | RuntimeException | Error e) {
      site.onFailure().accept(e);
    }
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration time) {
    try {
      return consumer.poll(time);
    } catch (WakeupException e) {
      return ConsumerRecords.empty();
    }
  }

  private void hold(ConsumerRecords<byte[], byte[]> records) throws InterruptedException {
    if (records.isEmpty()) {
      return;
    }
    holdingSince = System.nanoTime();
    begin(records);
    long renewedAt = System.nanoTime();
    while (!closing && !(inFlight.isEmpty() && renewing.isEmpty())) {
      long renewEvery = lock().dividedBy(3).toNanos();
      long untilRenewal = renewedAt + renewEvery - System.nanoTime();
      boolean news = gather(Math.min(untilRenewal, LOOK_AROUND.toNanos()));
      boolean acknowledged = acknowledge();
      if (System.nanoTime() - renewedAt >= renewEvery || (news && awaited())) {
        renewedAt = System.nanoTime();
        renew();
      } else if (acknowledged && !inFlight.isEmpty()) {
        consumer.commitAsync();
      }
    }
    holdingSince = -1;
    idleSince = System.nanoTime();
  }

  private void begin(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Place place = Place.of(record);
      inFlight.put(place, record);
      if (renewing.remove(place) == null) {
        running.incrementAndGet();
        site.calls()
            .accept(
                new Delivery(
                    record,
                    record.deliveryCount().orElse((short) 1),
                    site.lastDelivery(),
                    (delivery, settlement) -> ended.add(new Ended(place, settlement)),
                    running::decrementAndGet));
      }
    }
  }

  /** Waits for calls to end, and once one has, a moment for others. */
  private boolean gather(long nanos) throws InterruptedException {
    Ended next = ended.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    if (next == null) {
      return false;
    }
    long end = System.nanoTime() + GATHER.toNanos();
    while (next != null) {
      if (inFlight.containsKey(next.place()) || renewing.containsKey(next.place())) {
        finished.put(next.place(), next.settlement());
      }
      boolean all = finished.size() == inFlight.size() + renewing.size();
      next =
          all
              ? ended.poll()
              : ended.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
    return true;
  }

  /** Acknowledges what has ended and can be; sent with the next request to the broker. */
  private boolean acknowledge() {
    List<Place> done = new ArrayList<>();
    finished.forEach(
        (place, settlement) -> {
          ConsumerRecord<byte[], byte[]> record = inFlight.remove(place);
          if (record != null) {
            consumer.acknowledge(
                record,
                switch (settlement) {
                  case DONE -> AcknowledgeType.ACCEPT;
                  case HANDED_BACK -> AcknowledgeType.RELEASE;
                });
            done.add(place);
          }
        });
    done.forEach(finished::remove);
    return !done.isEmpty();
  }

  /** True if a call has ended whose record must come back from a poll to be acknowledged. */
  private boolean awaited() {
    return finished.keySet().stream().anyMatch(renewing::containsKey);
  }

  /** Moves the locks of everything in flight on, and takes back what comes back. */
  private void renew() {
    inFlight.forEach(
        (place, record) -> {
          consumer.acknowledge(record, AcknowledgeType.RENEW);
          renewing.put(place, record);
        });
    inFlight.clear();
    long end = System.nanoTime() + lock().toNanos() * 2;
    while (!closing && inFlight.isEmpty() && !renewing.isEmpty()) {
      confirmed();
      // While renewals are out the consumer gives out nothing else; if all of them fail it may.
      begin(poll(TAKE_BACK));
      if (System.nanoTime() > end) {
        letGo();
      }
    }
  }

  /**
   * The broker has not answered for so long that the locks are gone: it gives the records to others
   * or again to us. The calls go on; another lane takes this one's place.
   */
  private void letGo() {
    LOG.warn(
        "the locks on {} calls could not be renewed for twice their duration; they may be"
            + " delivered again",
        renewing.size());
    renewing.keySet().forEach(_ -> site.metrics().lockLost(site.pool()));
    close();
  }

  /** Waits until the broker has answered what was acknowledged; {@link #acknowledged} is told. */
  private void confirmed() {
    try {
      consumer.commitSync(lock());
    } catch (WakeupException | TimeoutException e) {
      // Told to close, or no answer yet: what was sent is sent, and the loop looks.
    }
  }

  private Duration lock() {
    return Duration.ofMillis(consumer.acquisitionLockTimeoutMs().orElse(30_000));
  }

  /** What the broker said to acknowledgements sent before. */
  private void acknowledged(Map<TopicIdPartition, Set<Long>> offsets, @Nullable Exception failure) {
    if (failure == null) {
      FailPoint.reached("executor.acknowledged");
      return;
    }
    offsets.forEach(
        (partition, failed) -> {
          TopicPartition where = partition.topicPartition();
          for (long offset : failed) {
            Place place = new Place(where.topic(), where.partition(), offset);
            if (renewing.remove(place) != null) {
              finished.remove(place);
              site.metrics().lockLost(site.pool());
              LOG.warn(
                  "the lock on {}@{} was lost while the call runs; it may be delivered again",
                  where,
                  offset,
                  failure);
            } else {
              LOG.info("{}@{} may be delivered again: {}", where, offset, failure.toString());
            }
          }
        });
  }
}
