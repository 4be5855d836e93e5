package dev.weirkeeper.audit.benchmark;

import dev.weirkeeper.audit.AuditSinkConfig;
import dev.weirkeeper.audit.AuditSinkService;
import dev.weirkeeper.audit.SampleLog;
import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.local.postgres.LocalPostgres;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many records a second go from full topics into PostgreSQL with {@code fsync} on, and how far
 * behind the store is when records come at a steady rate. Broker, sink and server share the
 * machine.
 *
 * <p>On demand, on a quiet machine:
 *
 * <pre>
 * mvn -pl audit-sink-service -am test -Dtest=IngestBenchmark -Dbenchmark=true -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
@EnabledIfSystemProperty(named = "benchmark", matches = "true")
final class IngestBenchmark {

  private static final int RECORDS = Integer.getInteger("benchmark.records", 1_000_000);
  private static final int RATE = Integer.getInteger("benchmark.rate", 2_000);
  private static final int SECONDS = Integer.getInteger("benchmark.seconds", 20);

  private static final String REGISTRY = "mock://benchmark";

  private final EmbeddedBroker broker;
  private final LocalPostgres postgres;
  private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
  private final AvroSerializer<SpecificRecord> serializer =
      new AvroSerializer<>(Map.of("schema.registry.url", REGISTRY));
  private final KafkaProducer<byte[], byte[]> producer;
  private final SampleLog sample = new SampleLog(topics, 42, 6, 300);
  private @Nullable Connection connection;
  private int sessions;

  IngestBenchmark(@TempDir Path home) {
    broker = EmbeddedBroker.ephemeral();
    postgres = LocalPostgres.start(home.resolve("postgres"), 0);
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "linger.ms",
                5,
                "max.in.flight.requests.per.connection",
                1,
                "compression.type",
                "lz4"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @Test
  void full_topics_and_a_steady_rate() throws Exception {
    createTopics();
    catchUp(fill(RECORDS));
    steady(RATE, SECONDS);
  }

  private void createTopics() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(
              topics.all(List.of(Topics.DEFAULT_POOL)).stream()
                  .map(topic -> topic.newTopic(8, (short) 1))
                  .toList())
          .all()
          .get();
    }
  }

  private long fill(long least) {
    long written = 0;
    long bytes = 0;
    while (written < least) {
      for (Entry entry : sample.sessions(sessions, 100)) {
        bytes += send(entry);
        written++;
      }
      sessions += 100;
    }
    producer.flush();
    System.out.printf(
        "topics hold %,d records of %,d sessions, %,d bytes each on average%n",
        written, sessions, bytes / written);
    return written;
  }

  private int send(Entry entry) {
    byte[] value =
        Objects.requireNonNull(serializer.serialize(entry.topic(), entry.value()), "bytes");
    var _ =
        producer.send(
            new ProducerRecord<>(
                entry.topic(), entry.key().getBytes(StandardCharsets.UTF_8), value));
    return value.length;
  }

  private void catchUp(long records) throws SQLException {
    try (AuditSinkService sink = sink()) {
      await(sink);
      long first = 0;
      long from = System.nanoTime();
      long stored = 0;
      while (stored < records) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        stored = stored();
        if (first == 0 && stored > 0) {
          first = stored;
          from = System.nanoTime();
        }
      }
      double seconds = (System.nanoTime() - from) / 1e9;
      System.out.printf(
          "full topics: %,d records in %.1f s: %,.0f records/s%n",
          records - first, seconds, (records - first) / seconds);
      System.out.printf(
          "store: %s%n", value("SELECT pg_size_pretty(pg_database_size('postgres'))"));
    }
  }

  /** Waits for the migrations, which are no part of what is measured. */
  private void await(AuditSinkService sink) throws SQLException {
    while (!sink.ready().getFirst().waitingFor().isEmpty()) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** Writes at a steady rate, and notes every 100 ms when what was written until then is stored. */
  private void steady(int rate, int seconds) throws SQLException {
    try (AuditSinkService sink = sink()) {
      while (sink.ready().stream().anyMatch(check -> check.waitingFor().isPresent())) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
      List<Entry> entries = sample.sessions(sessions, rate * seconds / 25);
      long before = stored();
      Deque<Written> pending = new ArrayDeque<>();
      List<Long> lags = new ArrayList<>();
      long from = System.nanoTime();
      int sent = 0;
      int tick = 0;
      long spent = 0;
      while (tick < seconds * 10 || !pending.isEmpty()) {
        long due = from + Duration.ofMillis(100L * (tick + 1)).toNanos();
        if (tick < seconds * 10 && System.nanoTime() >= due) {
          tick++;
          while (sent < Math.min(rate * tick / 10, entries.size())) {
            send(entries.get(sent++));
          }
          producer.flush();
          spent = System.nanoTime() - from;
          pending.add(new Written(before + sent, System.nanoTime()));
        }
        long stored = stored();
        while (!pending.isEmpty() && pending.getFirst().upTo() <= stored) {
          lags.add((System.nanoTime() - pending.removeFirst().at()) / 1_000_000);
        }
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
      lags.sort(null);
      System.out.printf(
          "steady %,.0f records/s: written to stored p50 %d ms, p99 %d ms, worst %d ms%n",
          sent / (spent / 1e9),
          lags.get(lags.size() / 2),
          lags.get(lags.size() * 99 / 100),
          lags.getLast());
    }
  }

  private record Written(long upTo, long at) {}

  private long stored() throws SQLException {
    return Long.parseLong(value("SELECT coalesce(sum(next_offset), 0) FROM audit.sink_offset"));
  }

  /** Over a connection that is kept: PostgreSQL makes a process for each. */
  private String value(String sql) throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = DriverManager.getConnection(postgres.jdbcUrl());
      connection = open;
    }
    try (Statement statement = open.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  private AuditSinkService sink() {
    return AuditSinkService.start(
        AuditSinkConfig.from(
            Settings.read(
                AuditSinkConfig.CATALOGUE,
                Given.of(
                    Map.of(
                        "kafka.bootstrap.servers",
                        broker.bootstrapServers(),
                        "schema.registry.url",
                        REGISTRY,
                        "audit.postgres.url",
                        postgres.jdbcUrl())))),
        new SimpleMeterRegistry());
  }

  @AfterEach
  void close() throws SQLException {
    if (connection != null) {
      connection.close();
    }
    producer.close();
    postgres.close();
    broker.close();
  }
}
