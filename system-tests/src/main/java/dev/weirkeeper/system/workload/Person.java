package dev.weirkeeper.system.workload;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides on approval requests as people do: most are approved, some twice, some are rejected or
 * changed, some are decided too late, by two people differently, or by nobody, and now and then
 * somebody tries to forge a decision. What becomes of a request depends on its id and the seed
 * only, until {@link #approvesAll}.
 */
public final class Person implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Person.class);
  private static final String NAME = "person";
  private static final int THINKS_MILLIS = 1_500;
  private static final Duration TOO_LATE = Duration.ofSeconds(2);

  /** What becomes of a request. */
  enum Habit {
    APPROVES,
    APPROVES_TWICE,
    APPROVES_AND_ANOTHER_REJECTS,
    REJECTS,
    EDITS,
    IS_LATE,
    IS_AWAY,
    IS_PRECEDED_BY_A_FORGER
  }

  private final long seed;
  private final InstantSource clock = InstantSource.system();
  private final Topic<ApprovalDecision> decisions;
  private final AvroDeserializer<ApprovalRequest> requests;
  private final AvroSerializer<ApprovalDecision> writer;
  private final KafkaProducer<byte[], byte[]> producer;
  private final TopicTail tail;
  private final ScheduledExecutorService hands = Executors.newScheduledThreadPool(1);
  private final Map<String, Habit> seen = new ConcurrentHashMap<>();
  private volatile boolean willing;

  private Person(Cluster cluster, long seed) {
    this.seed = seed;
    this.decisions = cluster.topics().approvalDecisions();
    this.requests = cluster.deserializer(cluster.topics().approvalRequests());
    this.writer = new AvroSerializer<>(cluster.address().connection().serde());
    this.producer = Patience.producer(cluster);
    this.tail = TopicTail.start(cluster, cluster.topics().approvalRequests().name(), this::request);
  }

  /** Somebody at a cluster who decides on all requests from now on. */
  public static Person at(Cluster cluster, long seed) {
    return new Person(cluster, seed);
  }

  /** Every request from now on is approved, once. */
  public void approvesAll() {
    willing = true;
  }

  /** What was decided on which call. */
  Map<String, Habit> seen() {
    return Map.copyOf(seen);
  }

  private void request(ConsumerRecord<byte[], byte[]> record) {
    ApprovalRequest request =
        requests.deserialize(record.topic(), record.headers(), record.value());
    if (request == null || seen.containsKey(request.getCallId())) {
      return;
    }
    Random random = new Random(seed ^ request.getCallId().hashCode());
    Habit habit = willing ? Habit.APPROVES : Habit.values()[random.nextInt(Habit.values().length)];
    seen.put(request.getCallId(), habit);
    long think = random.nextInt(THINKS_MILLIS);
    long late = Duration.between(clock.instant(), request.getExpiresAt().plus(TOO_LATE)).toMillis();
    var _ =
        hands.schedule(
            () -> decide(request, habit),
            habit == Habit.IS_LATE ? Math.max(late, 0) : think,
            TimeUnit.MILLISECONDS);
  }

  private void decide(ApprovalRequest request, Habit habit) {
    try {
      switch (habit) {
        case APPROVES, IS_LATE -> send(decision(request, Verdict.APPROVE, NAME));
        case APPROVES_TWICE -> {
          send(decision(request, Verdict.APPROVE, NAME));
          send(decision(request, Verdict.APPROVE, NAME));
        }
        case APPROVES_AND_ANOTHER_REJECTS -> {
          send(decision(request, Verdict.APPROVE, NAME));
          send(decision(request, Verdict.REJECT, "another"));
        }
        case REJECTS -> send(decision(request, Verdict.REJECT, NAME));
        case EDITS -> {
          String arguments = "{\"what\":\"edited " + request.getSessionId() + "\"}";
          send(
              ApprovalDecision.newBuilder(decision(request, Verdict.EDIT, NAME))
                  .setArguments(arguments)
                  .build());
        }
        case IS_AWAY -> {
          // The request expires.
        }
        case IS_PRECEDED_BY_A_FORGER -> {
          send(
              ApprovalDecision.newBuilder(decision(request, Verdict.APPROVE, "forger"))
                  .setArgumentsHash("0".repeat(64))
                  .build());
          send(decision(request, Verdict.REJECT, NAME));
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("no decision on {} could be written", request.getCallId(), e);
    }
  }

  private ApprovalDecision decision(ApprovalRequest request, Verdict verdict, String who) {
    Instant now = clock.instant();
    return ApprovalDecision.newBuilder()
        .setDecisionId(request.getCallId() + "/" + who + "/" + verdict)
        .setCallId(request.getCallId())
        .setSessionId(request.getSessionId())
        .setArgumentsHash(request.getArgumentsHash())
        .setVerdict(verdict)
        .setText(verdict == Verdict.REJECT ? "not today" : "")
        .setDecidedBy(who)
        .setDecidedAt(now)
        .build();
  }

  private void send(ApprovalDecision decision) {
    var _ =
        producer.send(
            new ProducerRecord<>(
                decisions.name(),
                decision.getSessionId().getBytes(StandardCharsets.UTF_8),
                writer.serialize(decisions.name(), decision)));
  }

  @Override
  public void close() {
    tail.close();
    hands.shutdownNow();
    producer.close(Duration.ofSeconds(5));
    writer.close();
    requests.close();
  }
}
