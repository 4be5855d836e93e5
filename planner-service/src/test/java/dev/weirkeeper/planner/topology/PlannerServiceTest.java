package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.PlannerConfig;
import dev.weirkeeper.planner.PlannerService;
import dev.weirkeeper.planner.replay.RecordedSession;
import dev.weirkeeper.planner.replay.Replay;
import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.ToolDefinition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithBroker
final class PlannerServiceTest {
  private static final int PARTITIONS = 2;
  private static boolean prepared;

  @TempDir private Path state;
  private final KafkaForTests kafka;
  private CountingModel model;
  private EchoExecutor executor;

  PlannerServiceTest(KafkaForTests kafka) throws IOException {
    this.kafka = kafka;
    this.model = new CountingModel(3);
  }

  @BeforeEach
  void prepare() {
    if (!prepared) {
      kafka.createTopics(PARTITIONS);
      kafka.send(kafka.topics().tools(), "echo", echo());
      prepared = true;
    }
    kafka.send(kafka.topics().definitions(), "default", agent());
    executor = new EchoExecutor(kafka);
  }

  @AfterEach
  void close() {
    executor.close();
    model.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exactly-once", "at-least-once"})
  void a_task_goes_through_the_loop_and_ends_with_one_result(String guarantee) throws Exception {
    String session = "loop-" + guarantee;
    try (PlannerService _ = start(guarantee)) {
      kafka.send(kafka.topics().tasks(), session, task(session, "t1"));

      TaskResult result = resultOf(session, "t1");

      assertThat(result.getStatus()).isEqualTo(TaskStatus.COMPLETE);
      assertThat(result.getText()).isEqualTo("done after 3");
      assertThat(result.getSteps()).isEqualTo(7);
      assertThat(result.getToolCalls()).isEqualTo(Map.of("echo", 3));
      assertThat(result.getUsage().getOutput()).isEqualTo(40);
    }
    List<SessionEvent> events = eventsOf(session);
    assertThat(events).extracting(SessionEvent::getSequence).startsWith(1L).doesNotHaveDuplicates();
    assertThat(events).allSatisfy(e -> assertThat(e.getHash()).isEqualTo(EventHash.of(e)));
    for (int i = 1; i < events.size(); i++) {
      assertThat(events.get(i).getPreviousHash()).isEqualTo(events.get(i - 1).getHash());
    }
    assertThat(replay(session)).isEqualTo(new Replay.Outcome.Same(events.size()));
    assertThat(sum(events, LedgerKind.RESERVED))
        .isEqualTo(sum(events, LedgerKind.SETTLED) + sum(events, LedgerKind.RELEASED));
  }

  /** The dozen commits of this task, one after the other, would take minutes by the clock. */
  @Test
  void what_is_decided_is_committed_when_there_is_nothing_more_to_read() throws Exception {
    Given slow = given("exactly-once").with(Map.of("planner.commit-interval", "10s"));
    try (PlannerService _ = start(slow, Tracing.off())) {
      kafka.send(kafka.topics().tasks(), "prompt", task("prompt", "t1"));

      assertThat(resultOf("prompt", "t1").getSteps()).isEqualTo(7);
    }
  }

  /**
   * A transaction of somebody else that is open keeps the planner's own records from coming back.
   */
  @ParameterizedTest
  @ValueSource(strings = {"exactly-once", "at-least-once"})
  void a_model_call_does_not_wait_for_its_record_to_come_back(String guarantee) throws Exception {
    String session = "ahead-" + guarantee;
    try (PlannerService _ = start(guarantee);
        Producer<byte[], byte[]> other = transactional("in-the-way-" + guarantee)) {
      kafka.send(kafka.topics().tasks(), session, task(session, "t1"));
      resultOf(session, "t1");
      other.beginTransaction();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        other
            .send(new ProducerRecord<>(kafka.topics().modelCalls().name(), partition, null, null))
            .get();
      }

      kafka.send(kafka.topics().tasks(), session, task(session, "t2"));

      assertThat(resultOf(session, "t2").getStatus()).isEqualTo(TaskStatus.COMPLETE);
      other.abortTransaction();
    }
  }

  private Producer<byte[], byte[]> transactional(String id) {
    Map<String, Object> settings = new HashMap<>(kafka.settings());
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  @ParameterizedTest
  @ValueSource(strings = {"exactly-once", "at-least-once"})
  void a_planner_that_stops_in_the_middle_of_a_call_goes_on_where_it_was(String guarantee)
      throws Exception {
    String session = "restart-" + guarantee;
    model.gate = new CountDownLatch(1);
    PlannerService first = start(guarantee);
    kafka.send(kafka.topics().tasks(), session, task(session, "t1"));
    await().atMost(Duration.ofSeconds(30)).until(() -> model.requests.get() == 1);
    first.close();
    model.gate.countDown();

    try (PlannerService _ = start(guarantee)) {
      TaskResult result = resultOf(session, "t1");

      assertThat(result.getStatus()).isEqualTo(TaskStatus.COMPLETE);
      assertThat(result.getToolCalls()).isEqualTo(Map.of("echo", 3));
    }
  }

  @Test
  void a_trace_goes_on_in_the_planner_that_takes_over() throws Exception {
    String session = "traced";
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    Tracing tracing =
        Tracing.of(
            new ServiceIdentity("planner", "1", Map.of()), SimpleSpanProcessor.create(spans));
    TraceContext producer =
        TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1")
            .orElseThrow();
    model.gate = new CountDownLatch(1);
    PlannerService first = start(given("exactly-once"), tracing);
    send(task(session, "t1"), producer);
    await().atMost(Duration.ofSeconds(30)).until(() -> model.requests.get() == 1);
    first.close();
    spans.reset();
    model.gate.countDown();

    try (PlannerService _ = start(given("exactly-once"), tracing)) {
      resultOf(session, "t1");
    }

    SpanData agent = named(spans, "invoke_agent default").getFirst();
    assertThat(agent.getTraceId()).isEqualTo(producer.traceId());
    assertThat(agent.getParentSpanId()).isEqualTo(producer.spanId());
    assertThat(named(spans, "chat claude-haiku-4-5"))
        .hasSize(4)
        .allSatisfy(chat -> assertThat(chat.getTraceId()).isEqualTo(producer.traceId()))
        .allSatisfy(chat -> assertThat(chat.getParentSpanId()).isEqualTo(agent.getSpanId()));
    TraceContext place =
        new TraceContext(producer.traceId(), agent.getSpanId(), true, producer.state());
    for (Topic<?> topic :
        List.of(
            kafka.topics().modelCalls(),
            kafka.topics().modelReplies(),
            kafka.topics().toolCalls(Topics.DEFAULT_POOL),
            kafka.topics().events(),
            kafka.topics().results())) {
      assertThat(kafka.readBytes(topic.name()))
          .filteredOn(record -> session.equals(record.key()))
          .as(topic.name())
          .isNotEmpty()
          .allSatisfy(record -> assertThat(TraceContext.from(record.headers())).contains(place));
    }
  }

  private void send(Task task, TraceContext place) throws Exception {
    String topic = kafka.topics().tasks().name();
    try (AvroSerializer<Task> serializer = new AvroSerializer<>(kafka.settings());
        KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(
                kafka.settings(), new StringSerializer(), new ByteArraySerializer())) {
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(topic, task.getSessionId(), serializer.serialize(topic, task));
      place.writeTo(record.headers());
      producer.send(record).get();
    }
  }

  private static List<SpanData> named(InMemorySpanExporter spans, String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  @Test
  void a_session_goes_on_with_its_next_task() throws Exception {
    String session = "two-tasks";
    try (PlannerService _ = start("exactly-once")) {
      kafka.send(kafka.topics().tasks(), session, task(session, "t1"));
      kafka.send(kafka.topics().tasks(), session, task(session, "t1"));
      kafka.send(kafka.topics().tasks(), session, task(session, "t2"));

      assertThat(resultOf(session, "t1").getSteps()).isEqualTo(7);
      // The model counts the results it sees: the conversation went on.
      assertThat(resultOf(session, "t2").getSteps()).isEqualTo(1);
    }
  }

  @Test
  void a_record_that_can_not_be_read_is_put_aside_and_the_next_task_runs() throws Exception {
    String session = "poison";
    try (PlannerService _ = start("exactly-once")) {
      kafka.sendBytes(
          kafka.topics().tasks().name(), session, "no avro".getBytes(StandardCharsets.UTF_8));
      kafka.sendBytes(kafka.topics().tasks().name(), session, null);
      kafka.send(kafka.topics().tasks(), session, task(session, "t1"));

      assertThat(resultOf(session, "t1").getStatus()).isEqualTo(TaskStatus.COMPLETE);
    }
    assertThat(kafka.readBytes(kafka.topics().deadLetters().name()))
        .filteredOn(r -> session.equals(r.key()))
        .hasSize(2);
  }

  @Test
  void a_task_for_an_agent_that_nobody_knows_fails_with_the_reason() throws Exception {
    String session = "nobody";
    Task task = Task.newBuilder(task(session, "t1")).setAgent("nobody").build();
    try (PlannerService _ = start("exactly-once")) {
      kafka.send(kafka.topics().tasks(), session, task);

      TaskResult result = resultOf(session, "t1");

      assertThat(result.getStatus()).isEqualTo(TaskStatus.FAILED);
      assertThat(result.getWhy()).contains("nobody").contains("default");
    }
  }

  private TaskResult resultOf(String session, String task) {
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> results(session, task).findAny().isPresent());
    List<TaskResult> results = results(session, task).toList();
    assertThat(results).hasSize(1);
    return results.getFirst();
  }

  private java.util.stream.Stream<TaskResult> results(String session, String task) {
    return kafka.read(kafka.topics().results()).stream()
        .map(ConsumerRecord::value)
        .filter(r -> r.getSessionId().equals(session) && r.getTaskId().equals(task));
  }

  private List<SessionEvent> eventsOf(String session) {
    return kafka.read(kafka.topics().events()).stream()
        .map(ConsumerRecord::value)
        .filter(e -> e.getSessionId().equals(session))
        .toList();
  }

  private Replay.Outcome replay(String session) {
    return Replay.of(
        RecordedSession.read(session, kafka.topics(), kafka.settings(), Redaction.byForm())
            .orElseThrow(),
        kafka.topics());
  }

  private static long sum(List<SessionEvent> events, LedgerKind kind) {
    return events.stream()
        .flatMap(e -> e.getLedger().stream())
        .filter(line -> line.getKind() == kind)
        .mapToLong(LedgerLine::getAmountNanoUsd)
        .sum();
  }

  private PlannerService start(String guarantee) throws IOException {
    return start(given(guarantee), Tracing.off());
  }

  private static PlannerService start(Given given, Tracing tracing) throws IOException {
    return PlannerService.start(
        PlannerConfig.from(Settings.read(PlannerConfig.CATALOGUE, given)),
        new SimpleMeterRegistry(),
        tracing);
  }

  private Given given(String guarantee) {
    return Given.of(
        Map.of(
            "kafka.bootstrap.servers", kafka.bootstrapServers(),
            "schema.registry.url", kafka.registryUrl(),
            "topics.prefix", kafka.prefix(),
            "planner.guarantee", guarantee,
            "planner.drain", "0s",
            "planner.state-directory", state.toString(),
            "provider.anthropic.base-url", model.url()));
  }

  private static Task task(String session, String id) {
    return Task.newBuilder()
        .setTaskId(id)
        .setSessionId(session)
        .setText("count")
        .setSubmittedAt(Instant.now())
        .build();
  }

  private AgentDefinition agent() {
    return AgentDefinition.newBuilder()
        .setName("default")
        .setVersion("1")
        .setModel(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-haiku-4-5", model.url()))
        .build();
  }

  private static ToolDefinition echo() {
    return ToolDefinition.newBuilder()
        .setName("echo")
        .setVersion("1")
        .setDescription("Says it again.")
        .setInputSchema(
            """
            {"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}\
            """)
        .build();
  }
}
