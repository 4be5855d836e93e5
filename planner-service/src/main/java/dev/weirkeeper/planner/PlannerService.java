package dev.weirkeeper.planner;

import dev.weirkeeper.operations.cluster.ClusterFitness;
import dev.weirkeeper.operations.health.Check;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.PlannerConfig.Guarantee;
import dev.weirkeeper.planner.edge.Directory;
import dev.weirkeeper.planner.provider.ModelClient;
import dev.weirkeeper.planner.topology.ModelDesk;
import dev.weirkeeper.planner.topology.PlannerClients;
import dev.weirkeeper.planner.topology.PlannerClock;
import dev.weirkeeper.planner.topology.PlannerMetrics;
import dev.weirkeeper.planner.topology.PlannerTopology;
import dev.weirkeeper.planner.topology.Shell;
import dev.weirkeeper.planner.topology.Spans;
import dev.weirkeeper.planner.topology.TokenStream;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.topic.OwnerMark;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ModelError;
import dev.weirkeeper.wire.ModelErrorKind;
import dev.weirkeeper.wire.ModelReply;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A planner: the Streams topology, the model desk and its producer, started and stopped as one. */
public final class PlannerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlannerService.class);

  /** Key, headers and the journal's own fields around a reply. */
  private static final long RECORD_OVERHEAD = 8 * 1024;

  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int ADMIN_ANSWERS = 10_000;
  private static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);

  private final KafkaStreams streams;
  private final ModelDesk desk;
  private final ModelClient client;
  private final KafkaProducer<String, ModelReply> replies;
  private final TokenStream stream;
  private final Directory directory;
  private final KafkaStreamsMetrics metrics;

  private PlannerService(
      KafkaStreams streams,
      ModelDesk desk,
      ModelClient client,
      KafkaProducer<String, ModelReply> replies,
      TokenStream stream,
      Directory directory,
      KafkaStreamsMetrics metrics) {
    this.metrics = metrics;
    this.streams = streams;
    this.desk = desk;
    this.client = client;
    this.replies = replies;
    this.stream = stream;
    this.directory = directory;
  }

  /**
   * Starts a planner. Returns once the cluster has told about the topics, however long that takes;
   * {@link #ready} tells when it works.
   *
   * @param tracing reports spans; the caller's to close
   * @throws IOException if the price file can't be read
   * @throws IllegalStateException if the topics are missing
   * @throws dev.weirkeeper.operations.cluster.UnfitClusterException if the cluster would break the
   *     promises, with the commands that put it right
   */
  public static PlannerService start(PlannerConfig config, MeterRegistry metrics, Tracing tracing)
      throws IOException {
    Spans spans = new Spans(tracing);
    PlannerMetrics counts = new PlannerMetrics(metrics);
    Topics topics = new Topics(config.connection().topicPrefix());
    PriceBook prices = PriceBook.shipped();
    if (config.priceFile().isPresent()) {
      prices = prices.with(Path.of(config.priceFile().get()));
    }
    PlannerClock clock = PlannerClock.system();
    ModelClient client = new ModelClient(config.provider(), prices, clock, config.redaction());
    Map<String, Object> producing = config.connection().producer();
    // Sent at once; what comes while a request is under way gathers for the next.
    producing.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    producing.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    producing.put(ProducerConfig.CLIENT_ID_CONFIG, config.instance() + "-model-replies");
    KafkaProducer<String, ModelReply> replies =
        new KafkaProducer<>(
            producing, new StringSerializer(), new AvroSerializer<>(config.connection().serde()));
    String replyTopic = topics.modelReplies().name();
    TokenStream stream =
        new TokenStream(
            new KafkaProducer<>(
                TokenStream.settings(producing, config.instance() + "-stream"),
                new StringSerializer(),
                new AvroSerializer<>(config.connection().serde())),
            topics.stream().name(),
            client.redaction());
    ModelDesk desk =
        new ModelDesk(
            (call, prompt, cancellation) -> {
              try (TokenStream.Text text = stream.of(call)) {
                return client.call(call, prompt, cancellation, text);
              }
            },
            (call, reply, headers) -> {
              send(replies, replyTopic, reply, headers, config.maxRecordBytes());
              counts.replied(call, reply);
              spans.replied(call, reply, headers);
            },
            (partition, underWay) -> {
              var _ =
                  replies.send(
                      new ProducerRecord<>(
                          replyTopic,
                          partition,
                          null,
                          (String) null,
                          null,
                          OwnerMark.handOver(underWay)));
            },
            config.drain());
    Directory directory = new Directory(config.redaction());
    Shell shell =
        new Shell(
            topics,
            config.connection().serde(),
            partitions(config, topics.tasks().name()),
            directory,
            prices,
            desk,
            clock,
            config.instance(),
            config.grace(),
            config.retention(),
            config.sessionCacheBytes(),
            Math.toIntExact(config.maxRecordBytes()),
            config.approvers(),
            config.guarantee() == PlannerConfig.Guarantee.AT_LEAST_ONCE,
            config.auditUrl(),
            spans,
            config.redaction(),
            counts);
    KafkaStreams streams =
        new KafkaStreams(PlannerTopology.of(shell), streamsConfig(config), new PlannerClients());
    streams.setUncaughtExceptionHandler(PlannerService::failed);
    KafkaStreamsMetrics kafkaMetrics = new KafkaStreamsMetrics(streams);
    kafkaMetrics.bindTo(metrics);
    counts.modelCallsUnderWay(desk::underWay);
    streams.start();
    return new PlannerService(streams, desk, client, replies, stream, directory, kafkaMetrics);
  }

  /** Whether the planner has its partitions and reads them. */
  public Check ready() {
    return Check.of(
        "the planner's stream threads to run", () -> streams.state() == KafkaStreams.State.RUNNING);
  }

  /** Whether it can get there without being started again. */
  public Check live() {
    return Check.of(
        "a planner that has not given up",
        () -> !streams.state().hasStartedOrFinishedShuttingDown());
  }

  /** Definitions the planner knows by now. */
  public Directory directory() {
    return directory;
  }

  /** Stops taking inputs, lets model calls finish for a while, and closes. */
  @Override
  public void close() {
    metrics.close();
    streams.close(STOP);
    desk.close();
    replies.close(STOP);
    stream.close();
    client.close();
  }

  private static void send(
      KafkaProducer<String, ModelReply> producer,
      String topic,
      ModelReply reply,
      Headers headers,
      long maxBytes) {
    ProducerRecord<String, ModelReply> record =
        new ProducerRecord<>(topic, null, reply.getSessionId(), fitting(reply, maxBytes), headers);
    while (true) {
      try {
        producer.send(record).get();
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new KafkaException("interrupted while a model reply was written", e);
      } catch (ExecutionException e) {
        // It was paid for and its session waits for it: however long the broker is away, it is
        // kept.
        if (!(e.getCause() instanceof RetriableException)) {
          throw new KafkaException("a model reply could not be written: " + e.getMessage(), e);
        }
        LOG.warn("the reply to model call {} still can't be written", reply.getCallId(), e);
      } catch (RetriableException | RegistryUnavailableException e) {
        LOG.warn("the reply to model call {} still can't be written", reply.getCallId(), e);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_WRITES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while a model reply was to be written", e);
    }
  }

  /** A reply that no record can hold is a failed call: it was paid for, and the log says why. */
  private static ModelReply fitting(ModelReply reply, long maxBytes) {
    long length =
        3L * (reply.getContent().length() + reply.getText().length())
            + reply.getCalls().stream().mapToLong(call -> 3L * call.getArguments().length()).sum();
    if (length < maxBytes) {
      return reply;
    }
    try {
      int bytes = reply.toByteBuffer().remaining();
      if (bytes < maxBytes - RECORD_OVERHEAD) {
        return reply;
      }
      return ModelReply.newBuilder(reply)
          .setError(
              ModelError.newBuilder()
                  .setKind(ModelErrorKind.BAD_REPLY)
                  .setMessage(
                      "the reply is %d bytes long and a record holds %d; lower max_output_tokens"
                          .formatted(bytes, maxBytes))
                  .build())
          .setContent("")
          .setText("")
          .setCalls(List.of())
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException("a model reply can't be written as Avro", e);
    }
  }

  /** How many partitions session topics have; a cluster that does not answer yet is waited for. */
  private static int partitions(PlannerConfig config, String topic) {
    try (Admin admin = Admin.create(config.connection().admin())) {
      while (true) {
        try {
          new ClusterFitness(admin, config.connection().bootstrapServers()).requireTransactions();
          TopicDescription description =
              admin
                  .describeTopics(
                      List.of(topic), new DescribeTopicsOptions().timeoutMs(ADMIN_ANSWERS))
                  .allTopicNames()
                  .get()
                  .get(topic);
          if (description == null) {
            throw new IllegalStateException("topic " + topic + " has no description");
          }
          return description.partitions().size();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof TimeoutException
              || e.getCause() instanceof DisconnectException)) {
            throw new IllegalStateException(
                "topic %s can't be looked up at %s: %s; create the topics with `weir topics create`"
                    .formatted(topic, config.connection().bootstrapServers(), e.getMessage()),
                e);
          }
          LOG.warn(
              "waiting for Kafka at {}: {}",
              config.connection().bootstrapServers(),
              e.getCause().getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while topics were looked up", e);
    }
  }

  private static Properties streamsConfig(PlannerConfig config) {
    Map<String, Object> keys = new HashMap<>();
    keys.put(
        StreamsConfig.APPLICATION_ID_CONFIG,
        new Topics(config.connection().topicPrefix()).plannerApplication());
    keys.put(StreamsConfig.CLIENT_ID_CONFIG, config.instance());
    keys.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDirectory().toString());
    keys.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    keys.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, config.guarantee().kafka);
    keys.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
    keys.put(StreamsConfig.POLL_MS_CONFIG, config.poll().toMillis());
    keys.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    keys.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    keys.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    keys.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), config.instance());
    keys.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
    keys.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_000);
    keys.put(StreamsConfig.consumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
    keys.putAll(producerKeys(config.guarantee()));
    keys.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 8 * 1024 * 1024);
    keys.putAll(config.connection().streams());
    Properties properties = new Properties();
    properties.putAll(keys);
    return properties;
  }

  /**
   * When the streams' producers send. Under exactly-once nothing is seen before the commit, which
   * sends what has gathered until then in few requests. Under at-least-once everything is sent at
   * once; with one request under way at a time, what comes meanwhile gathers for the next.
   */
  private static Map<String, Object> producerKeys(Guarantee guarantee) {
    return switch (guarantee) {
      case EXACTLY_ONCE ->
          Map.of(
              StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
              100,
              StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG),
              128 * 1024);
      case AT_LEAST_ONCE ->
          Map.of(
              StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0,
              StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION),
                  1);
    };
  }

  /** A lost dependency is waited for; a bug stops the planner, loudly. */
  private static StreamThreadExceptionResponse failed(Throwable problem) {
    for (Throwable at = problem; at != null; at = at.getCause()) {
      if (at instanceof RegistryUnavailableException || at instanceof RetriableException) {
        LOG.error(
            "a stream thread lost a dependency and starts again: {}", at.getMessage(), problem);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
      }
    }
    LOG.error("a stream thread failed; the planner stops", problem);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }
}
