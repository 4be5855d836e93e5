package dev.weirkeeper.executor;

import static org.awaitility.Awaitility.await;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolResult;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A world of its own for one test: topics under a prefix of their own, a planner's place to send
 * calls from and to read results in, and executors to be tested.
 */
public final class Bench implements AutoCloseable {

  private static final AtomicInteger BENCHES = new AtomicInteger();
  private static final int PARTITIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DeliveryMode mode;
  private final String registry;
  private final String prefix;
  private final Topics topics;
  private final Map<String, String> settings = new HashMap<>();
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroSerializer<ToolCall> calls;
  private final AvroSerializer<Control> controls;
  private final Queue<ConsumerRecord<byte[], byte[]>> records = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<ToolExecutorService> executors = new ArrayList<>();
  private final Thread reader;
  private final AtomicInteger sent = new AtomicInteger();
  private volatile boolean closing;

  public Bench(DeliveryMode mode) throws Exception {
    this(mode, "mock://executor-tests");
  }

  /**
   * @param registry address of the schema registry: one of its own where executors are processes
   */
  public Bench(DeliveryMode mode, String registry) throws Exception {
    this.mode = mode;
    this.registry = registry;
    this.prefix = "b" + BENCHES.incrementAndGet() + "-" + ProcessHandle.current().pid() + ".";
    this.topics = new Topics(prefix);
    settings.put("kafka.bootstrap.servers", Backing.bootstrapServers());
    settings.put("schema.registry.url", registry());
    settings.put("topics.prefix", prefix);
    settings.put("executor.delivery", mode.name().toLowerCase(Locale.ROOT));
    settings.put("executor.drain", "5s");
    List<Topic<?>> needed =
        List.of(
            topics.tasks(),
            topics.controls(),
            topics.tools(),
            topics.toolResults(),
            topics.deadLetters());
    try (Admin admin = admin()) {
      admin
          .createTopics(
              needed.stream().map(topic -> topic.newTopic(PARTITIONS, (short) 1)).toList())
          .all()
          .get();
    }
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", Backing.bootstrapServers(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    Map<String, String> serde = Map.of("schema.registry.url", registry());
    this.calls = new AvroSerializer<>(serde);
    this.controls = new AvroSerializer<>(serde);
    this.reader = Thread.ofPlatform().daemon().name("bench-reader").start(this::read);
  }

  private String registry() {
    return registry;
  }

  public Topics topics() {
    return topics;
  }

  /** What the executors show of themselves in numbers. */
  public MeterRegistry metrics() {
    return metrics;
  }

  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", Backing.bootstrapServers()));
  }

  /** A setting for the executors started from now on. */
  public Bench with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  /** A journal in a database of its own for the executors started from now on. */
  public Bench withJournal() {
    return with("executor.journal.url", Backing.newDatabase());
  }

  /** Settings of the share group of a pool, made before the first executor joins. */
  public Bench withShareGroup(String pool, Map<String, String> config) throws Exception {
    if (mode == DeliveryMode.SHARE) {
      try (Admin admin = admin()) {
        Collection<AlterConfigOp> changes =
            config.entrySet().stream()
                .map(
                    entry ->
                        new AlterConfigOp(
                            new ConfigEntry(entry.getKey(), entry.getValue()),
                            AlterConfigOp.OpType.SET))
                .toList();
        admin
            .incrementalAlterConfigs(
                Map.of(
                    new ConfigResource(ConfigResource.Type.GROUP, topics.executorGroup(pool)),
                    changes))
            .all()
            .get();
      }
    }
    return this;
  }

  public ExecutorConfig config() {
    return ExecutorConfig.read(Given.of(settings));
  }

  public Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  /** Starts an executor and waits until it takes calls. */
  public ToolExecutorService start(Object... tools) throws InterruptedException {
    ToolExecutorService executor = begin(tools);
    executor.awaitReady(PATIENCE);
    return executor;
  }

  /** Starts an executor. */
  public ToolExecutorService begin(Object... tools) {
    ToolExecutorService executor =
        new ToolExecutorService(config(), List.of(tools), metrics, Tracing.off());
    executors.add(executor);
    executor.start();
    return executor;
  }

  /** A call with an id of its own that is due in a minute. */
  public ToolCall.Builder newCall(String tool, String arguments) {
    int number = sent.incrementAndGet();
    String session = "s" + number;
    Instant now = Instant.now();
    return ToolCall.newBuilder()
        .setCallId(session + "/1/0")
        .setSessionId(session)
        .setTaskId(session + "-t")
        .setTurn(1)
        .setIndex(0)
        .setTool(tool)
        .setToolVersion("any")
        .setArguments(arguments)
        .setArgumentsHash(sha256(arguments))
        .setDeadline(now.plusSeconds(60))
        .setAgent("tester")
        .setTenant("acme")
        .setRequestedAt(now);
  }

  /** A call whose session's records go to this partition. */
  public ToolCall.Builder newCallOn(int partition, String tool, String arguments) {
    while (true) {
      ToolCall.Builder call = newCall(tool, arguments);
      byte[] key = call.getSessionId().getBytes(StandardCharsets.UTF_8);
      if (BuiltInPartitioner.partitionForKey(key, PARTITIONS) == partition) {
        return call;
      }
    }
  }

  public static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a call to the default pool. */
  public ToolCall send(ToolCall.Builder call) {
    return send(call.build());
  }

  public ToolCall send(ToolCall call) {
    send(call, Map.of());
    return call;
  }

  public void send(ToolCall call, Map<String, String> headers) {
    String topic = topics.toolCalls(Topics.DEFAULT_POOL).name();
    byte[] value = calls.serialize(topic, call);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, call.getSessionId().getBytes(StandardCharsets.UTF_8), value);
    headers.forEach(
        (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    send(record);
  }

  /** Sends calls without waiting for each. */
  public void sendAll(Collection<ToolCall> all) {
    String topic = topics.toolCalls(Topics.DEFAULT_POOL).name();
    for (ToolCall call : all) {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  topic,
                  call.getSessionId().getBytes(StandardCharsets.UTF_8),
                  calls.serialize(topic, call)));
    }
    producer.flush();
  }

  /** How many results there are so far. */
  public int answered() {
    return answered.get();
  }

  /** When the record of each result was made, by call; of the first where there are several. */
  public Map<String, Long> answeredAt() {
    AvroDeserializer<ToolResult> reading =
        new AvroDeserializer<>(ToolResult.class, Map.of("schema.registry.url", registry()));
    Map<String, Long> times = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : of(topics.toolResults().name())) {
      ToolResult result = reading.deserialize(record.topic(), record.value());
      if (result != null) {
        times.merge(result.getCallId(), record.timestamp(), Math::min);
      }
    }
    return times;
  }

  /** Sends bytes that are no call. */
  public void sendRaw(byte[] value) {
    send(new ProducerRecord<>(topics.toolCalls(Topics.DEFAULT_POOL).name(), new byte[] {1}, value));
  }

  public void cancel(String session, String reason) {
    Control control =
        Control.newBuilder()
            .setControlId(session + "-cancel")
            .setSessionId(session)
            .setKind(ControlKind.CANCEL)
            .setReason(reason)
            .setRequestedBy("alice")
            .setRequestedAt(Instant.now())
            .build();
    String topic = topics.controls().name();
    send(
        new ProducerRecord<>(
            topic, session.getBytes(StandardCharsets.UTF_8), controls.serialize(topic, control)));
  }

  public byte[] bytes(ToolCall call) {
    byte[] bytes = calls.serialize(topics.toolCalls(Topics.DEFAULT_POOL).name(), call);
    if (bytes == null) {
      throw new IllegalStateException("a call has bytes");
    }
    return bytes;
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sends a call and waits for its first result. */
  public ToolResult call(String tool, String arguments) {
    return await1(send(newCall(tool, arguments)));
  }

  /** Waits for the first result of a call. */
  public ToolResult await1(ToolCall call) {
    await()
        .alias("a result of " + call.getCallId())
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !results(call).isEmpty());
    return results(call).getFirst();
  }

  /** Every result of a call so far. */
  public List<ToolResult> results(ToolCall call) {
    return results().stream()
        .filter(result -> result.getCallId().equals(call.getCallId()))
        .toList();
  }

  /** Every result so far. */
  public List<ToolResult> results() {
    return read(topics.toolResults(), ToolResult.class);
  }

  /** Every tool definition published so far. */
  public List<ToolDefinition> definitions() {
    return read(topics.tools(), ToolDefinition.class);
  }

  /** Headers of the record that answered a call. */
  public Headers resultHeaders(ToolCall call) {
    AvroDeserializer<ToolResult> reading =
        new AvroDeserializer<>(ToolResult.class, Map.of("schema.registry.url", registry()));
    return of(topics.toolResults().name()).stream()
        .filter(
            record -> {
              ToolResult result = reading.deserialize(record.topic(), record.value());
              return result != null && result.getCallId().equals(call.getCallId());
            })
        .findFirst()
        .orElseThrow()
        .headers();
  }

  /** Every dead letter so far. */
  public List<DeadLetter> deadLetters() {
    return of(topics.deadLetters().name()).stream()
        .map(record -> DeadLetter.of(record.headers()).orElseThrow())
        .toList();
  }

  private List<ConsumerRecord<byte[], byte[]>> of(String topic) {
    return records.stream().filter(record -> record.topic().equals(topic)).toList();
  }

  private <T extends org.apache.avro.specific.SpecificRecord> List<T> read(
      Topic<T> topic, Class<T> type) {
    AvroDeserializer<T> reading =
        new AvroDeserializer<>(type, Map.of("schema.registry.url", registry()));
    List<T> all = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : of(topic.name())) {
      T value = reading.deserialize(record.topic(), record.headers(), record.value());
      if (value != null) {
        all.add(value);
      }
    }
    return all;
  }

  private void read() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                Backing.bootstrapServers(),
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (Topic<?> topic : List.of(topics.toolResults(), topics.tools(), topics.deadLetters())) {
        consumer
            .partitionsFor(topic.name())
            .forEach(info -> partitions.add(new TopicPartition(topic.name(), info.partition())));
      }
      consumer.assign(partitions);
      while (!closing) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
          records.add(record);
          if (record.topic().equals(topics.toolResults().name())) {
            answered.incrementAndGet();
          }
        }
      }
    }
  }

  @Override
  public void close() {
    executors.forEach(ToolExecutorService::close);
    closing = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
