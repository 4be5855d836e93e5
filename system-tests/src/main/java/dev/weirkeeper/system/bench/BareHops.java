package dev.weirkeeper.system.bench;

import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.planner.PlannerConfig.Guarantee;
import dev.weirkeeper.planner.topology.PlannerClients;
import dev.weirkeeper.system.bench.BenchReport.Loop;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;

/**
 * The way of a session through Kafka without its content: the same topics, the same hops in Kafka
 * Streams and a share group, a write to a store and an event for each step, and the same model
 * server, but filling for bytes, and nothing that is decided, checked, kept in a database or
 * watched. What the whole takes beyond this is ours; a bound from below for the way it is built.
 */
final class BareHops implements AutoCloseable {

  private static final String TASKS = "tasks";
  private static final String CALLS = "model-calls";
  private static final String REPLIES = "model-replies";
  private static final String TOOL_CALLS = "tool-calls";
  private static final String TOOL_RESULTS = "tool-results";
  private static final String EVENTS = "events";
  private static final String RESULTS = "results";
  private static final String STORE = "journal";
  private static final String GROUP = "tools";

  private static final short ONE_COPY = 1;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration READY = Duration.ofMinutes(1);

  /** About what our records have, without the reply. */
  private static final byte[] CALL = new byte[200];

  private static final byte[] EVENT = new byte[450];
  private static final byte[] KEPT = new byte[300];

  private final Workload workload;
  private final BareLoop loop;
  private final String servers;
  private final KafkaProducer<String, byte[]> producer;
  private final KafkaShareConsumer<String, byte[]> toolCalls;
  private final KafkaStreams streams;
  private final Thread worker = Thread.ofPlatform().name("lane-1").unstarted(this::work);
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, ArrayNode> conversations = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private BareHops(
      Workload workload, Guarantee guarantee, BareLoop loop, String servers, Path state) {
    this.workload = workload;
    this.loop = loop;
    this.servers = servers;
    this.producer =
        new KafkaProducer<>(
            // As our own: sent at once, and what comes meanwhile gathers for the next.
            Map.of(
                "bootstrap.servers",
                servers,
                "linger.ms",
                0,
                "max.in.flight.requests.per.connection",
                1),
            new StringSerializer(),
            new ByteArraySerializer());
    this.toolCalls =
        new KafkaShareConsumer<>(
            Map.of("bootstrap.servers", servers, "group.id", GROUP),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    this.streams = new KafkaStreams(topology(), config(guarantee, state), new PlannerClients());
  }

  /** Starts a broker, runs warm-up and sessions at the workload's concurrency, and stops it. */
  static Loop measure(BenchPlan plan, URI model, Path data) throws InterruptedException {
    Workload workload = plan.workload();
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(data.resolve("broker")))) {
      String servers = broker.bootstrapServers();
      makeTopics(servers, plan.partitions());
      try (BareLoop loop = new BareLoop(workload, model);
          BareHops hops =
              new BareHops(workload, plan.guarantee(), loop, servers, data.resolve("state"))) {
        hops.start();
        hops.run("warm-", workload.warmUp());
        return loop.measured(() -> hops.run("session-", workload.sessions()));
      }
    }
  }

  private static void makeTopics(String servers, int partitions) throws InterruptedException {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
    List<AlterConfigOp> settings =
        Stream.of(
                new ConfigEntry("share.auto.offset.reset", "earliest"),
                new ConfigEntry("share.isolation.level", "read_committed"))
            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
            .toList();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              Stream.of(TASKS, CALLS, REPLIES, TOOL_CALLS, TOOL_RESULTS, EVENTS, RESULTS)
                  .map(topic -> new NewTopic(topic, partitions, ONE_COPY))
                  .toList())
          .all()
          .get();
      admin.incrementalAlterConfigs(Map.of(group, settings)).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics could not be made", e);
    }
  }

  private Topology topology() {
    Topology topology = new Topology();
    topology
        .addSource(
            "in",
            new StringDeserializer(),
            new ByteArrayDeserializer(),
            TASKS,
            CALLS,
            REPLIES,
            TOOL_RESULTS)
        .addProcessor("hop", Hop::new, "in")
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
                .withLoggingEnabled(Map.of())
                .withCachingDisabled(),
            "hop");
    for (String topic : List.of(CALLS, TOOL_CALLS, EVENTS, RESULTS)) {
      topology.addSink(topic, topic, new StringSerializer(), new ByteArraySerializer(), "hop");
    }
    return topology;
  }

  private Properties config(Guarantee guarantee, Path state) {
    boolean exactlyOnce = guarantee == Guarantee.EXACTLY_ONCE;
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "bare-hops");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    config.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        exactlyOnce ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, exactlyOnce ? 10 : 100);
    config.put(StreamsConfig.POLL_MS_CONFIG, 2);
    config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    config.put(StreamsConfig.producerPrefix("linger.ms"), exactlyOnce ? 100 : 0);
    config.put(StreamsConfig.producerPrefix("batch.size"), 128 * 1024);
    config.put(
        StreamsConfig.producerPrefix("max.in.flight.requests.per.connection"), exactlyOnce ? 5 : 1);
    return config;
  }

  private void start() throws InterruptedException {
    worker.start();
    streams.setUncaughtExceptionHandler(
        e -> {
          failure.set(e);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
    long end = System.nanoTime() + READY.toNanos();
    while (streams.state() != KafkaStreams.State.RUNNING) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("Kafka Streams is " + streams.state());
      }
      Thread.sleep(POLL);
    }
  }

  /** What the planner and its model calls are for us. */
  private final class Hop implements Processor<String, byte[], String, byte[]> {

    private @Nullable ProcessorContext<String, byte[]> context;
    private @Nullable KeyValueStore<String, byte[]> store;
    private int written;

    @Override
    public void init(ProcessorContext<String, byte[]> opened) {
      context = opened;
      store = opened.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
      ProcessorContext<String, byte[]> in = Objects.requireNonNull(context);
      String session = record.key();
      String topic = in.recordMetadata().orElseThrow().topic();
      if (topic.equals(CALLS)) {
        calls.execute(
            () -> {
              try {
                call(session);
              } catch (RuntimeException e) {
                failure.set(e);
              }
            });
        return;
      }
      String then =
          !topic.equals(REPLIES)
              ? CALLS
              : conversations.containsKey(session) ? TOOL_CALLS : RESULTS;
      Objects.requireNonNull(store).put(session + written++, KEPT);
      in.forward(record.withValue(EVENT), EVENTS);
      in.forward(record.withValue(CALL), then);
    }
  }

  private void call(String session) {
    ArrayNode messages = conversations.computeIfAbsent(session, _ -> BareLoop.prompt());
    BareLoop.Turn turn = loop.turn(messages);
    if (turn.last()) {
      conversations.remove(session);
    }
    byte[] reply = turn.reply().getBytes(StandardCharsets.UTF_8);
    var _ = producer.send(new ProducerRecord<>(REPLIES, session, reply));
  }

  /** What an executor is for us. What a poll gave out is acknowledged by the next. */
  private void work() {
    try (toolCalls) {
      toolCalls.subscribe(List.of(TOOL_CALLS));
      while (true) {
        for (ConsumerRecord<String, byte[]> call : toolCalls.poll(POLL)) {
          var _ = producer.send(new ProducerRecord<>(TOOL_RESULTS, call.key(), CALL));
        }
        producer.flush();
      }
    } catch (WakeupException _) {
      // Told to stop.
    } catch (RuntimeException e) {
      failure.set(e);
    }
  }

  /** Nanoseconds of each session. */
  private long[] run(String prefix, int sessions) {
    long[] took = new long[sessions];
    long[] began = new long[sessions];
    try (KafkaConsumer<String, byte[]> results =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                servers,
                "enable.auto.commit",
                false,
                "isolation.level",
                "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          results.partitionsFor(RESULTS).stream()
              .map(info -> new TopicPartition(RESULTS, info.partition()))
              .toList();
      results.assign(partitions);
      results.seekToEnd(partitions);
      partitions.forEach(results::position);
      int sent = 0;
      for (int done = 0; done < sessions; ) {
        for (; sent < sessions && sent - done < workload.concurrency(); sent++) {
          began[sent] = System.nanoTime();
          var _ = producer.send(new ProducerRecord<>(TASKS, prefix + sent, CALL));
        }
        for (ConsumerRecord<String, byte[]> result : results.poll(POLL)) {
          int session = Integer.parseInt(result.key().substring(prefix.length()));
          took[session] = System.nanoTime() - began[session];
          done++;
        }
        if (failure.get() != null) {
          throw new IllegalStateException("a hop has failed", failure.get());
        }
      }
    }
    return took;
  }

  @Override
  public void close() {
    streams.close();
    toolCalls.wakeup();
    try {
      worker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.close();
    producer.close();
  }
}
