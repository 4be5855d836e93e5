package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.edge.Directory;
import dev.weirkeeper.planner.edge.InputReader;
import dev.weirkeeper.planner.replay.RecordedSession;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.AgentKeys;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Usage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/**
 * The real topology on Kafka's own test driver: no broker, no network, and time stands still until
 * it is moved. Model calls are kept until somebody answers them.
 */
final class DrivenPlanner implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-02T09:00:00Z");

  /** A model call as it was made. */
  record Made(ModelCall call, Prompt prompt) {}

  private record Defined(String topic, String key) {}

  /** A record the planner wrote. */
  record Written(String topic, String key, SpecificRecord value) {}

  final Topics topics = new Topics("driven.");
  private final Map<String, Object> serde =
      Map.of("schema.registry.url", "mock://" + UUID.randomUUID());
  private final AvroSerializer<SpecificRecord> writer = new AvroSerializer<>(serde);
  private final AvroDeserializer<SpecificRecord> reader = AvroDeserializer.ofAnyRecord(serde);
  private final InputReader applied =
      new InputReader(topics, serde, 1, TrustedApprovers.ANYBODY, Redaction.none());
  private final KeptStores stores = new KeptStores();
  private final BlockingQueue<Made> made = new LinkedBlockingQueue<>();
  private final ModelDesk desk;
  private final long sessionCacheBytes;
  private final TrustedApprovers approvers;
  private final Map<Defined, SpecificRecord> definitions = new LinkedHashMap<>();
  private final List<Written> written = new ArrayList<>();
  private final Map<InputRef, SpecificRecord> inputs = new HashMap<>();
  private final List<SessionEvent> told = new ArrayList<>();

  /** Records of each topic since the planner was started: the driver counts anew each time. */
  private final Map<String, Long> offsets = new HashMap<>();

  private int starts;
  private int looks;
  private long bytes;
  private Instant now = START;
  private TopologyTestDriver driver;

  DrivenPlanner() {
    this(1 << 20, TrustedApprovers.ANYBODY);
  }

  /**
   * A planner.
   *
   * @param sessionCacheBytes zero: every session is folded from its journal each time it is looked
   *     at
   */
  DrivenPlanner(long sessionCacheBytes, TrustedApprovers approvers) {
    this.sessionCacheBytes = sessionCacheBytes;
    this.approvers = approvers;
    this.desk =
        new ModelDesk(
            (call, prompt, _) -> {
              made.add(new Made(call, prompt));
              return replyTo(call).build();
            },
            (_, _, _) -> {},
            (_, _) -> {},
            Duration.ZERO);
    this.driver = start();
  }

  private TopologyTestDriver start() {
    Shell shell =
        new Shell(
            topics,
            serde,
            1,
            new Directory(Redaction.none()),
            PriceBook.shipped(),
            desk,
            () -> {
              looks++;
              return now;
            },
            "planner-1",
            Duration.ofSeconds(60),
            Duration.ofDays(30),
            sessionCacheBytes,
            1_000_000,
            approvers,
            false,
            "",
            new Spans(Tracing.off()),
            Redaction.none(),
            new PlannerMetrics(new SimpleMeterRegistry()));
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "driven");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    return new TopologyTestDriver(PlannerTopology.of(shell, stores::store), properties, now);
  }

  /** The planner stops and starts again, with what it had written and nothing else. */
  void restart() {
    collect();
    driver.close();
    starts++;
    offsets.clear();
    driver = start();
    definitions.forEach(this::pipe);
    collect();
  }

  /** Publishes a definition. */
  <T extends SpecificRecord> void define(Topic<T> topic, String key, T value) {
    Defined defined = new Defined(topic.name(), key);
    definitions.put(defined, value);
    pipe(defined, value);
  }

  /** An agent as {@code weir agents apply} publishes it. */
  void define(AgentDefinition agent) {
    for (String key : AgentKeys.of(agent)) {
      define(topics.definitions(), key, agent);
    }
  }

  private void pipe(Defined defined, SpecificRecord value) {
    input(defined.topic).pipeInput(defined.key, writer.serialize(defined.topic, value));
  }

  /** Somebody writes a record. */
  <T extends SpecificRecord> void send(Topic<T> topic, String key, T value) {
    byte[] written = Objects.requireNonNull(writer.serialize(topic.name(), value));
    inputs.put(counted(topic.name()), applied.again(topic.name(), new RecordHeaders(), written));
    input(topic.name()).pipeInput(key, written, now);
    bytes += key.length() + written.length;
    collect();
  }

  /** Where the next record of a topic stands, as if the topic were new at each start. */
  private InputRef counted(String topic) {
    return place(topic, offsets.merge(topic, 1L, Long::sum) - 1);
  }

  private InputRef place(String topic, long offset) {
    return new InputRef(topic + " of start " + starts, 0, offset);
  }

  private TestInputTopic<String, byte[]> input(String topic) {
    return driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer());
  }

  /** How often the planner has looked at the clock. */
  int looks() {
    return looks;
  }

  /** Time passes. */
  void pass(Duration time) {
    now = now.plus(time);
    driver.advanceWallClockTime(time);
    collect();
  }

  Instant now() {
    return now;
  }

  /** Waits until every call that was started has come to the desk. */
  List<Made> modelCalls() {
    while (desk.underWay() > 0) {
      Thread.onSpinWait();
    }
    List<Made> calls = new ArrayList<>();
    made.drainTo(calls);
    return calls;
  }

  /** The one call that was made since the last look. */
  Made modelCall() {
    List<Made> calls = modelCalls();
    if (calls.size() != 1) {
      throw new AssertionError("expected one model call, got " + calls);
    }
    return calls.getFirst();
  }

  static ModelReply.Builder replyTo(ModelCall call) {
    return ModelReply.newBuilder()
        .setCallId(call.getCallId())
        .setSessionId(call.getSessionId())
        .setTaskId(call.getTaskId())
        .setTurn(call.getTurn())
        .setAttempt(call.getAttempt())
        .setModel(call.getModel().getModel())
        .setRequestedModel(call.getModel().getModel())
        .setProvider(Provider.ANTHROPIC_MESSAGES)
        .setUsage(new Usage(100L, 0L, 0L, 0L, 20L, 0L))
        .setCostNanoUsd(600_000)
        .setStartedAt(START);
  }

  void reply(ModelReply reply) {
    send(topics.modelReplies(), reply.getSessionId(), reply);
  }

  // What it wrote

  private void collect() {
    Stream.of(
            topics.events(),
            topics.results(),
            topics.toolCalls(Topics.DEFAULT_POOL),
            topics.approvalRequests(),
            topics.budgetRequests(),
            topics.budgetGrants(),
            topics.pins(),
            topics.alerts(),
            topics.modelCalls(),
            topics.modelReplies(),
            topics.tasks(),
            topics.controls(),
            topics.toolResults(),
            topics.deadLetters())
        .forEach(this::collect);
  }

  private void collect(Topic<?> topic) {
    for (TestRecord<String, byte[]> record :
        driver
            .createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList()) {
      InputRef place = counted(topic.name());
      if (record.value() != null && topic.value().isPresent()) {
        SpecificRecord value =
            Objects.requireNonNull(reader.deserialize(topic.name(), record.value()));
        written.add(new Written(topic.name(), record.key(), value));
        bytes += record.key().length() + record.value().length;
        inputs.put(place, value);
        if (value instanceof SessionEvent event) {
          told.add(placed(event));
        }
      }
    }
  }

  private SessionEvent placed(SessionEvent event) {
    InputRef input = event.getInput();
    return input == null
        ? event
        : SessionEvent.newBuilder(event)
            .setInput(place(input.getTopic(), input.getOffset()))
            .build();
  }

  /** Everything it has written, topic by topic after each step, marks left out. */
  List<Written> written() {
    return List.copyOf(written);
  }

  /** All that it has written to a topic, oldest first. */
  <T extends SpecificRecord> List<T> written(Topic<T> topic) {
    Class<T> type = topic.value().orElseThrow();
    return written.stream()
        .filter(one -> one.topic.equals(topic.name()))
        .map(one -> type.cast(one.value))
        .toList();
  }

  List<SessionEvent> events(String session) {
    return written(topics.events()).stream()
        .filter(event -> event.getSessionId().equals(session))
        .toList();
  }

  SessionEvent lastEvent(String session) {
    return events(session).getLast();
  }

  /** Bytes of keys and values that everybody has written to topics, the stores' included. */
  long bytesLogged() {
    return bytes + stores.bytesWritten();
  }

  /** Records that the planner has read from its stores. */
  long storeReads() {
    return stores.reads();
  }

  /** All that its stores hold, as far as it can be read. */
  String kept() {
    return stores.text();
  }

  /** A session as its topics hold it. */
  RecordedSession recorded(String session) {
    Map<String, Pins> pins = new TreeMap<>();
    written(topics.pins()).forEach(one -> pins.put(one.getDigest(), one));
    return new RecordedSession(
        session,
        told.stream().filter(event -> event.getSessionId().equals(session)).toList(),
        inputs,
        pins);
  }

  @Override
  public void close() {
    driver.close();
    desk.close();
  }
}
