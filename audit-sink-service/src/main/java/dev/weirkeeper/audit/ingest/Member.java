package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.OpenRuns;
import dev.weirkeeper.audit.ingest.Claims.Claim;
import dev.weirkeeper.audit.ingest.Claims.FencedException;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.DayPartitions;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.IngestSpan;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.TaskResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the sink's group: polls, decodes, writes.
 *
 * <p>Whatever fails outside the records themselves (the store, the registry, the dead-letter topic,
 * the epoch of a partition) has one answer: forget what was polled, pause, and begin again from the
 * offsets in the store once they can be claimed again.
 *
 * <p>{@link #run} is for one thread; {@link #stop} and {@link #state} for any.
 */
final class Member implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Member.class);

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);
  private static final Duration REMIND = Duration.ofSeconds(30);
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(2);
  private static final Duration KAFKA_ANSWERS = Duration.ofSeconds(30);
  static final String SERVICE = "audit-sink";

  /** What a member needs of its service. */
  record Surroundings(
      Database database,
      DayPartitions days,
      OpenRuns openRuns,
      Topics topics,
      CatalogueTopics catalogue,
      Admin admin,
      Producer<byte[], byte[]> deadLetters,
      Decoder decoder,
      Redaction redaction,
      IngestMetrics metrics,
      Tracing tracing,
      InstantSource clock,
      IngestConfig config) {}

  /**
   * How a member is doing.
   *
   * @param joined true once the group has told it what to read
   * @param caughtUp true once it had read everything there was
   * @param waiting what it waits for; empty: nothing
   * @param failure why it has stopped for good; empty: it has not
   */
  record State(
      boolean joined, boolean caughtUp, Optional<String> waiting, Optional<String> failure) {

    static final State NEW = new State(false, false, Optional.empty(), Optional.empty());
  }

  private final String name;
  private final Surroundings its;
  private final Consumer<byte[], byte[]> consumer;
  private final Claims claims;
  private final BatchWriter writer;

  private final Set<TopicPartition> unclaimed = new HashSet<>();

  /** What is read first, up to where. */
  private final Map<TopicPartition, Long> awaited = new HashMap<>();

  private @Nullable Connection connection;
  private Duration backoff = FIRST_BACKOFF;
  private long nextClaim = System.nanoTime();
  private long outageSince;
  private long nextReminder;
  private long nextCommit = System.nanoTime();

  private volatile boolean stopping;
  private volatile State state = State.NEW;

  Member(String name, Surroundings its, Consumer<byte[], byte[]> consumer) {
    this.name = name;
    this.its = its;
    this.consumer = consumer;
    this.claims = new Claims(owner(name));
    this.writer =
        new BatchWriter(
            claims, its.catalogue(), its.days(), its.openRuns(), its.clock(), this::copyDeadLetter);
  }

  State state() {
    return state;
  }

  /** As whom it claims partitions in the store. */
  String owner() {
    return owner(name);
  }

  private static String owner(String name) {
    return name + "@" + ProcessHandle.current().pid();
  }

  /** Makes {@link #run} return after the batch at hand. */
  void stop() {
    stopping = true;
    consumer.wakeup();
  }

  @Override
  public void run() {
    try {
      consumer.subscribe(its.catalogue().pattern(), new Assignments());
      while (!stopping) {
        step();
      }
    } catch (WakeupException e) {
      if (!stopping) {
        fail(e);
      }
    } catch (InterruptException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(e);
    } finally {
      leave();
    }
  }

  private void step() {
    ConsumerRecords<byte[], byte[]> polled;
    try {
      polled = consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      // The broker deleted what comes next, or lost it. Claiming again finds out which.
      suspend("offsets " + e.offsetOutOfRangePartitions() + " are not at the broker any more", e);
      return;
    }
    if (!unclaimed.isEmpty() && System.nanoTime() - nextClaim >= 0) {
      claim();
    }
    if (!polled.isEmpty()) {
      write(polled);
    }
    if (!awaited.isEmpty()) {
      release();
    }
    if (!claims.held().isEmpty() && System.nanoTime() - nextCommit >= 0) {
      report();
      confirm();
    }
    if (unclaimed.isEmpty() && state.joined() && !state.caughtUp() && lag() == 0) {
      state = new State(true, true, state.waiting(), Optional.empty());
      log.info("{} has caught up with {} partitions", name, claims.held().size());
    }
  }

  private final class Assignments implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // A position of any kind keeps the consumer from asking for committed offsets; nothing is
      // fetched before the partition is claimed and the position is the store's.
      partitions.forEach(partition -> consumer.seek(partition, 0));
      consumer.pause(partitions);
      unclaimed.addAll(partitions);
      if (!partitions.isEmpty()) {
        nextClaim = System.nanoTime();
      }
      state = new State(true, state.caughtUp(), state.waiting(), Optional.empty());
      log.debug("{} was assigned {}", name, partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      report();
      onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      claims.release(partitions);
      unclaimed.removeAll(partitions);
    }
  }

  private void claim() {
    List<TopicPartition> partitions = List.copyOf(unclaimed);
    try {
      Connection open = connection();
      Map<String, Uuid> ids = topicIds(partitions);
      claims.claim(open, partitions, ids, consumer.beginningOffsets(partitions, KAFKA_ANSWERS));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, KAFKA_ANSWERS);
      for (TopicPartition partition : partitions) {
        Claim claim = claims.held().get(partition);
        Long end = ends.get(partition);
        if (claim != null && end != null && claim.next() > end) {
          claims.release(List.of(partition));
          suspend(
              ("%s ends at %d, but the audit store has read up to %d: the broker has lost records."
                      + " Restore the topic, or delete and make it anew")
                  .formatted(partition, end, claim.next()),
              null);
          return;
        }
      }
      for (TopicPartition partition : partitions) {
        Claim claim = claims.held().get(partition);
        if (claim != null) {
          consumer.seek(partition, claim.next());
        }
      }
      unclaimed.clear();
      first(ends);
      resumed();
    } catch (SQLException e) {
      suspend("PostgreSQL: " + Database.reason(e), e);
    } catch (RetriableException | TimeoutException | ExecutionException e) {
      suspend("Kafka: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
  }

  /**
   * Whom sessions name and who is erased is read before anything else, as far as it is ours to read
   * and there already, so that content is stored right at once.
   */
  private void first(Map<TopicPartition, Long> ends) {
    ends.forEach(
        (partition, end) -> {
          Claim claim = claims.held().get(partition);
          if (its.catalogue().first(partition.topic()) && claim != null && claim.next() < end) {
            awaited.put(partition, end);
          }
        });
    release();
  }

  private void release() {
    awaited.keySet().retainAll(claims.held().keySet());
    awaited.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue());
    Set<TopicPartition> claimed = new HashSet<>(claims.held().keySet());
    if (awaited.isEmpty()) {
      consumer.resume(claimed);
    } else {
      consumer.resume(awaited.keySet());
      claimed.removeAll(awaited.keySet());
      consumer.pause(claimed);
    }
  }

  /** Somebody may have set the store back, or taken a partition that brings nothing new. */
  private void confirm() {
    try {
      claims.confirm(connection());
    } catch (SQLException e) {
      suspend("PostgreSQL: " + Database.reason(e), e);
    } catch (FencedException e) {
      suspend(String.valueOf(e.getMessage()), e);
    }
  }

  private Map<String, Uuid> topicIds(Collection<TopicPartition> partitions)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> names = new HashSet<>();
    partitions.forEach(partition -> names.add(partition.topic()));
    Map<String, Uuid> ids = new HashMap<>();
    its.admin()
        .describeTopics(names)
        .allTopicNames()
        .get(KAFKA_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)
        .forEach((topic, description) -> ids.put(topic, description.topicId()));
    return ids;
  }

  private void write(ConsumerRecords<byte[], byte[]> polled) {
    long started = System.nanoTime();
    try {
      Connection open = connection();
      List<Arrival> batch = new ArrayList<>();
      Map<TopicPartition, Long> next = new HashMap<>();
      long bytes = 0;
      for (TopicPartition partition : polled.partitions()) {
        Claim claim = claims.held().get(partition);
        if (claim == null) {
          continue;
        }
        for (ConsumerRecord<byte[], byte[]> raw : polled.records(partition)) {
          batch.add(its.decoder().decode(claim.topicId(), raw));
          next.put(partition, raw.offset() + 1);
          bytes += Math.max(0, raw.serializedKeySize()) + Math.max(0, raw.serializedValueSize());
          if (batch.size() >= its.config().batchRecords() || bytes >= its.config().batchBytes()) {
            store(open, batch, next, bytes);
            batch = new ArrayList<>();
            next = new HashMap<>();
            bytes = 0;
          }
        }
        OffsetAndMetadata after = polled.nextOffsets().get(partition);
        if (after != null) {
          // Past the markers of transactions, which are no records.
          next.put(partition, after.offset());
        }
      }
      if (!next.isEmpty()) {
        store(open, batch, next, bytes);
      }
      its.metrics().took(System.nanoTime() - started);
    } catch (SQLException e) {
      suspend("PostgreSQL: " + Database.reason(e), e);
    } catch (FencedException e) {
      suspend(String.valueOf(e.getMessage()), e);
    } catch (RegistryUnavailableException e) {
      suspend("schema registry: " + e.getMessage(), e);
    } catch (CopyFailedException e) {
      suspend("dead-letter topic: " + e.getMessage(), e);
    }
  }

  private void store(
      Connection open, List<Arrival> batch, Map<TopicPartition, Long> next, long bytes)
      throws SQLException, FencedException {
    Instant began = its.clock().instant();
    writer.write(open, batch, next);
    its.metrics().stored(batch.size(), bytes);
    if (its.tracing().on() && !batch.isEmpty()) {
      List<TraceContext> ended =
          batch.stream()
              .filter(
                  arrival ->
                      arrival.content() instanceof Arrival.Content.Understood understood
                          && understood.value() instanceof TaskResult)
              .flatMap(arrival -> TraceContext.from(arrival.raw().headers()).stream())
              .toList();
      its.tracing()
          .ingest(new IngestSpan(batch.size(), bytes, ended, began, its.clock().instant()));
    }
  }

  /** A copy on the dead-letter topic did not become safe. */
  private static final class CopyFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CopyFailedException(Throwable cause) {
      super(cause.getMessage(), cause);
    }
  }

  private void copyDeadLetter(Arrival arrival) {
    if (!(arrival.content() instanceof Arrival.Content.Unreadable(String reason))) {
      return;
    }
    log.warn(
        "dead letter: {}-{} offset {}: {}",
        arrival.raw().topic(),
        arrival.raw().partition(),
        arrival.raw().offset(),
        reason);
    try {
      if (!its.catalogue().holdsDeadLetters(arrival.raw().topic())) {
        its.deadLetters()
            .send(
                DeadLetter.copy(
                    its.topics(),
                    arrival.raw(),
                    reason,
                    SERVICE,
                    bytes -> its.redaction().cover(bytes, new HashSet<>())))
            .get(KAFKA_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
      }
      its.metrics().givenUp();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new CopyFailedException(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | KafkaException e) {
      throw new CopyFailedException(e);
    }
  }

  private Connection connection() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = its.database().connection();
      connection = open;
    }
    return open;
  }

  private void suspend(String reason, @Nullable Throwable cause) {
    disconnect();
    consumer.pause(consumer.assignment());
    claims.releaseAll();
    unclaimed.addAll(consumer.assignment());
    nextClaim = System.nanoTime() + backoff.toNanos();
    backoff = min(backoff.multipliedBy(2), LONGEST_BACKOFF);
    long now = System.nanoTime();
    if (state.waiting().isEmpty()) {
      outageSince = now;
      its.metrics().interrupted();
      nextReminder = now + REMIND.toNanos();
      log.warn("{} waits, nothing is lost: {}", name, reason);
      log.debug("cause", cause);
    } else if (now - nextReminder >= 0) {
      nextReminder = now + REMIND.toNanos();
      log.warn(
          "{} still waits, for {} s now: {}",
          name,
          Duration.ofNanos(now - outageSince).toSeconds(),
          reason);
    }
    state = new State(state.joined(), state.caughtUp(), Optional.of(reason), Optional.empty());
  }

  private void resumed() {
    backoff = FIRST_BACKOFF;
    if (state.waiting().isPresent()) {
      log.info(
          "{} goes on after {} ms",
          name,
          Duration.ofNanos(System.nanoTime() - outageSince).toMillis());
      state = new State(state.joined(), state.caughtUp(), Optional.empty(), Optional.empty());
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Shows Kafka's own tools how far the store is. */
  private void report() {
    nextCommit = System.nanoTime() + COMMIT_EVERY.toNanos();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    claims.held().forEach((p, claim) -> offsets.put(p, new OffsetAndMetadata(claim.next())));
    consumer.commitAsync(
        offsets, (done, e) -> log.debug("offsets {} reported to Kafka: {}", done, e));
    its.metrics().lag(name, lag());
  }

  private long lag() {
    long lag = 0;
    for (TopicPartition partition : consumer.assignment()) {
      lag += consumer.currentLag(partition).orElse(1);
    }
    return lag;
  }

  private void fail(RuntimeException e) {
    log.error("{} has stopped, its partitions go to others: {}", name, e.getMessage(), e);
    state =
        new State(
            state.joined(), state.caughtUp(), Optional.empty(), Optional.of(String.valueOf(e)));
  }

  private void leave() {
    disconnect();
    try {
      consumer.close();
    } catch (KafkaException e) {
      log.debug("{} left the group without saying so", name, e);
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        log.debug("a lost connection did not close", e);
      }
    }
  }
}
