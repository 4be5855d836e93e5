package dev.weirkeeper.audit;

import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * What one test sees of the shared servers: topics, a registry and a schema of its own. Used by
 * tests marked {@link SinkTest}.
 */
public final class Surroundings implements AutoCloseable {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name = "w" + NUMBER.incrementAndGet();
  private final Topics topics = new Topics(name + ".");
  private final String jdbcUrl;
  private final AvroSerializer<SpecificRecord> serializer =
      new AvroSerializer<>(Map.of("schema.registry.url", registry()));
  private final Producer<byte[], byte[]> producer;
  private final List<Runnable> opened = new ArrayList<>();

  /** Surroundings whose session topics have this many partitions. */
  public Surroundings(int partitions) {
    this(partitions, SharedServers.running().postgres().jdbcUrl());
  }

  /** The same with another PostgreSQL. */
  public Surroundings(int partitions, String jdbcUrl) {
    this.jdbcUrl = jdbcUrl;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin
          .createTopics(
              topics.all(List.of(Topics.DEFAULT_POOL)).stream()
                  .map(topic -> topic.newTopic(partitions, (short) 1))
                  .toList())
          .all()
          .get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    producer = producer(Map.of());
  }

  public String bootstrapServers() {
    return SharedServers.running().broker().bootstrapServers();
  }

  public String registry() {
    return "mock://" + name;
  }

  public Topics topics() {
    return topics;
  }

  /** The settings of a sink of these surroundings. */
  public Map<String, String> settings() {
    return new HashMap<>(
        Map.of(
            "kafka.bootstrap.servers",
            bootstrapServers(),
            "schema.registry.url",
            registry(),
            "topics.prefix",
            name + ".",
            "audit.root-interval",
            "1d",
            "kafka.consumer.metadata.max.age.ms",
            "500",
            "audit.postgres.url",
            jdbcUrl,
            "audit.postgres.schema",
            name));
  }

  /** Starts a sink with the settings. */
  public AuditSinkService sink() {
    return sink(settings());
  }

  /** Starts a sink with other settings. */
  public AuditSinkService sink(Map<String, String> settings) {
    AuditSinkService sink =
        AuditSinkService.start(
            AuditSinkConfig.from(Settings.read(AuditSinkConfig.CATALOGUE, Given.of(settings))),
            new SimpleMeterRegistry());
    opened.add(sink::close);
    return sink;
  }

  /** A producer of bytes with more settings, closed with the surroundings. */
  public Producer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> keys =
        new HashMap<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers(),
                "max.request.size",
                20_000_000,
                "linger.ms",
                1,
                // The topics are so new that first sends are retried; they must not overtake.
                "max.in.flight.requests.per.connection",
                1));
    keys.putAll(more);
    Producer<byte[], byte[]> made =
        new KafkaProducer<>(keys, new ByteArraySerializer(), new ByteArraySerializer());
    opened.add(made::close);
    return made;
  }

  /** Writes records, in order, and returns when the broker has them. */
  public void write(List<SampleLog.Entry> entries) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (SampleLog.Entry entry : entries) {
      sent.add(producer.send(record(entry)));
    }
    sent.forEach(Surroundings::await);
  }

  /** The form in which a record goes to its topic. */
  public ProducerRecord<byte[], byte[]> record(SampleLog.Entry entry) {
    return new ProducerRecord<>(
        entry.topic(),
        entry.key().getBytes(StandardCharsets.UTF_8),
        serializer.serialize(entry.topic(), entry.value()));
  }

  /** Writes bytes. */
  public RecordMetadata write(String topic, String key, byte @Nullable [] value) {
    return await(
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value)));
  }

  private static RecordMetadata await(Future<RecordMetadata> sent) {
    try {
      return sent.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A connection to the store, closed by the caller. */
  public Connection connection() throws SQLException {
    Connection connection = DriverManager.getConnection(jdbcUrl);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET search_path TO " + name);
      statement.execute("SET TIME ZONE 'UTC'");
    }
    return connection;
  }

  /** The first column of the first row; null where there is none. */
  public @Nullable String value(String sql) {
    List<List<@Nullable String>> rows = rows(sql);
    return rows.isEmpty() ? null : rows.getFirst().getFirst();
  }

  /** The first column of the first row as a number. */
  public long number(String sql) {
    String value = value(sql);
    return value == null ? 0 : Long.parseLong(value);
  }

  /** All rows as text. */
  public List<List<@Nullable String>> rows(String sql) {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<@Nullable String>> rows = new ArrayList<>();
      while (result.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Runs statements on the store. */
  public void execute(String sql) {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Waits until the log has this many rows, the sink's own Merkle roots aside. */
  public void awaitLog(long rows) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                org.assertj.core.api.Assertions.assertThat(
                        number("SELECT count(*) FROM log WHERE type <> 'AuditRoot'"))
                    .isEqualTo(rows));
  }

  @Override
  public void close() {
    opened.reversed().forEach(Runnable::run);
  }
}
