package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.OpenRuns;
import dev.weirkeeper.audit.ingest.Member.State;
import dev.weirkeeper.audit.ingest.Member.Surroundings;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.DayPartitions;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.topic.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of one instance, from start to stop. The store's schema must be there before.
 *
 * <p>Thread-safe.
 */
public final class Ingest implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Ingest.class);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  /**
   * The broker lets records gather until there are so many bytes or so much time has passed. Few
   * large batches cost a fraction of many small ones: the records that tell one row meet in memory,
   * and a transaction has its price.
   */
  private static final int GATHERED_BYTES = 2 << 20;

  private static final Duration GATHERING = Duration.ofMillis(500);

  private final List<Member> members = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final OpenRuns openRuns = new OpenRuns();
  private final Admin admin;
  private final Producer<byte[], byte[]> producer;

  private Ingest(Admin admin, Producer<byte[], byte[]> producer) {
    this.admin = admin;
    this.producer = producer;
  }

  /**
   * Joins the group with all members.
   *
   * @throws org.apache.kafka.common.KafkaException if a Kafka setting can't be used
   */
  public static Ingest start(
      Connection kafka,
      IngestConfig config,
      Database database,
      DayPartitions days,
      IngestMetrics metrics,
      Tracing tracing,
      InstantSource clock,
      Redaction redaction) {
    Topics topics = new Topics(kafka.topicPrefix());
    CatalogueTopics catalogue = new CatalogueTopics(topics);
    Admin admin = Admin.create(kafka.admin());
    Producer<byte[], byte[]> producer = producerOf(kafka);
    Ingest ingest = new Ingest(admin, producer);
    Surroundings surroundings =
        new Surroundings(
            database,
            days,
            ingest.openRuns,
            topics,
            catalogue,
            admin,
            producer,
            new Decoder(kafka.serde(), catalogue, redaction),
            redaction,
            metrics,
            tracing,
            clock,
            config);
    String host = host();
    for (int i = 0; i < config.members(); i++) {
      String name = "audit-%s-%d".formatted(config.instance().orElse(host), i);
      Member member = new Member(name, surroundings, consumer(kafka, config, topics, name));
      ingest.members.add(member);
      ingest.threads.add(Thread.ofPlatform().name(name).start(member));
    }
    return ingest;
  }

  /** What the members wait for, if they do; empty once all have joined and caught up. */
  public Optional<String> waitingFor() {
    List<State> states = members.stream().map(Member::state).toList();
    Optional<String> waiting =
        states.stream().map(State::waiting).flatMap(Optional::stream).findFirst();
    if (waiting.isPresent()) {
      return waiting;
    }
    if (!states.stream().allMatch(State::joined)) {
      return Optional.of("partitions to be assigned by the group");
    }
    return states.stream().allMatch(State::caughtUp)
        ? Optional.empty()
        : Optional.of("the audit store to catch up with the topics");
  }

  /** As whom the members claim partitions in the store. */
  public List<String> owners() {
    return members.stream().map(Member::owner).toList();
  }

  /** What the members have stored since the last roots. */
  public OpenRuns openRuns() {
    return openRuns;
  }

  /** For other records of the sink's own; closed with this. */
  public Producer<byte[], byte[]> producer() {
    return producer;
  }

  /** Why a member has stopped for good, if one has. */
  public Optional<String> failure() {
    return members.stream().map(m -> m.state().failure()).flatMap(Optional::stream).findFirst();
  }

  /** Lets each member finish its batch and leave. */
  @Override
  public void close() {
    members.forEach(Member::stop);
    try {
      for (Thread thread : threads) {
        if (!thread.join(STOP_LIMIT)) {
          log.warn("{} did not stop within {} s", thread.getName(), STOP_LIMIT.toSeconds());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(STOP_LIMIT);
    admin.close(STOP_LIMIT);
  }

  private static Consumer<byte[], byte[]> consumer(
      Connection kafka, IngestConfig config, Topics topics, String name) {
    Map<String, Object> keys = kafka.consumer();
    keys.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, topics.auditGroup());
    keys.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    keys.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
    keys.putIfAbsent(
        ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) IngestConfig.METADATA_AGE.toMillis());
    keys.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
    keys.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, config.batchRecords());
    keys.putIfAbsent(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, GATHERED_BYTES);
    keys.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) GATHERING.toMillis());
    keys.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    if (config.instance().isPresent()) {
      keys.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name);
    }
    // The store is the truth about offsets, so these are not for anyone to choose. Range gives the
    // same partitions of all topics to the same member: rows of a session meet no other writer.
    keys.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
    keys.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    keys.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    keys.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    keys.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return new KafkaConsumer<>(keys, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Producer<byte[], byte[]> producerOf(Connection kafka) {
    Map<String, Object> keys = kafka.producer();
    keys.put(ProducerConfig.CLIENT_ID_CONFIG, "audit-sink");
    keys.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    keys.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(keys, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "local-" + ProcessHandle.current().pid();
    }
  }
}
