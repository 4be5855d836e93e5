package dev.weirkeeper.system.check;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.system.check.Dump.Charge;
import dev.weirkeeper.system.check.Dump.DeadLetterRow;
import dev.weirkeeper.system.check.Dump.Effect;
import dev.weirkeeper.system.check.Dump.EventRow;
import dev.weirkeeper.system.check.Dump.LedgerRow;
import dev.weirkeeper.system.check.Dump.LogRow;
import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.Dump.RawHeader;
import dev.weirkeeper.system.check.Dump.RawRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes a dump of a stack whose services have stopped writing. */
public final class Dumper {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final byte SCHEMA_ID = 0;
  private static final int PREFIX_BYTES = 5;

  private final Cluster cluster;
  private final String database;

  /**
   * @param database JDBC address of the audit store and the world
   */
  public Dumper(Cluster cluster, String database) {
    this.cluster = cluster;
    this.database = database;
  }

  /**
   * Waits until the audit store has read everything that is committed, roots aside: those it writes
   * itself.
   *
   * @return what it has not read in this time; empty if it has read all
   */
  public List<String> awaitStore(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    List<String> behind = behind();
    while (!behind.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(LOOK);
      behind = behind();
    }
    return behind;
  }

  private List<String> behind() {
    Map<TopicPartition, Long> stored = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(database)) {
      rows(
          connection,
          "SELECT t.name, o.partition, o.next_offset FROM audit.sink_offset o"
              + " JOIN audit.topic t USING (topic_id)",
          row -> stored.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3)));
    } catch (SQLException e) {
      return List.of("the store: " + e.getMessage());
    }
    List<String> behind = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = cluster.reader()) {
      for (String topic : topics()) {
        if (topic.equals(cluster.topics().auditRoots().name())) {
          continue;
        }
        consumer
            .endOffsets(partitions(consumer, topic))
            .forEach(
                (partition, last) -> {
                  long next = stored.getOrDefault(partition, 0L);
                  if (next < last) {
                    behind.add("%s is read up to %d of %d".formatted(partition, next, last));
                  }
                });
      }
    }
    return behind;
  }

  /**
   * Takes the dump.
   *
   * @param charges file of what the model server charged
   */
  public Dump take(boolean exactlyOnce, Path charges) throws IOException, SQLException {
    Set<Place> committed = new HashSet<>();
    read(
        "read_committed",
        record -> committed.add(new Place(record.topic(), record.partition(), record.offset())));
    List<RawRecord> records = new ArrayList<>();
    read("read_uncommitted", record -> records.add(raw(record, committed)));
    Map<Integer, String> schemas = schemas(records);
    List<LogRow> log = new ArrayList<>();
    List<LedgerRow> ledger = new ArrayList<>();
    List<EventRow> events = new ArrayList<>();
    List<DeadLetterRow> deadLetters = new ArrayList<>();
    List<Effect> effects = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(database)) {
      rows(
          connection,
          "SELECT t.name, l.partition, l.record_offset, l.type, encode(l.digest, 'hex')"
              + " FROM audit.log l JOIN audit.topic t USING (topic_id)",
          row ->
              log.add(
                  new LogRow(
                      new Place(row.getString(1), row.getInt(2), row.getLong(3)),
                      row.getString(4),
                      row.getString(5))));
      rows(
          connection,
          "SELECT session_id, sequence, line, call_id, kind::text, amount_nano_usd"
              + " FROM audit.ledger_entry",
          row ->
              ledger.add(
                  new LedgerRow(
                      row.getString(1),
                      row.getLong(2),
                      row.getInt(3),
                      row.getString(4),
                      row.getString(5),
                      row.getLong(6))));
      rows(
          connection,
          "SELECT session_id, sequence, hash FROM audit.session_event",
          row -> events.add(new EventRow(row.getString(1), row.getLong(2), row.getString(3))));
      rows(
          connection,
          "SELECT origin_topic, origin_partition, origin_offset, coalesce(reason, reported_reason)"
              + " FROM audit.dead_letter",
          row ->
              deadLetters.add(
                  new DeadLetterRow(
                      new Place(row.getString(1), row.getInt(2), row.getLong(3)),
                      row.getString(4))));
      rows(
          connection,
          "SELECT tool, call_id, arguments FROM world.effect ORDER BY id",
          row -> effects.add(new Effect(row.getString(1), row.getString(2), row.getString(3))));
    }
    return new Dump(
        exactlyOnce,
        partitions(cluster.topics().tasks().name()),
        cluster.address().connection().topicPrefix(),
        schemas,
        List.copyOf(records),
        List.copyOf(log),
        List.copyOf(ledger),
        List.copyOf(events),
        List.copyOf(deadLetters),
        List.copyOf(effects),
        charges(charges));
  }

  /** All that is kept: the pieces of replies are not. */
  private List<String> topics() {
    return cluster.topics().all(cluster.address().pools()).stream()
        .map(Topic::name)
        .filter(name -> !name.equals(cluster.topics().stream().name()))
        .toList();
  }

  private int partitions(String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer = cluster.reader()) {
      return consumer.partitionsFor(topic).size();
    }
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  private void read(String isolation, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<String, Object> config = cluster.address().connection().consumer();
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (String topic : topics()) {
        for (TopicPartition partition : partitions(consumer, topic)) {
          List<TopicPartition> one = List.of(partition);
          consumer.assign(one);
          consumer.seekToBeginning(one);
          long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
          while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
              if (record.offset() < end) {
                each.accept(record);
              }
            }
          }
        }
      }
    }
  }

  private static RawRecord raw(ConsumerRecord<byte[], byte[]> record, Set<Place> committed) {
    Place place = new Place(record.topic(), record.partition(), record.offset());
    List<RawHeader> headers =
        Arrays.stream(record.headers().toArray())
            .map(header -> new RawHeader(header.key(), header.value()))
            .toList();
    return new RawRecord(
        place,
        record.timestamp(),
        committed.contains(place),
        headers,
        record.key(),
        record.value());
  }

  private Map<Integer, String> schemas(List<RawRecord> records) {
    SchemaRegistry registry = cluster.registry();
    Map<Integer, String> schemas = new TreeMap<>();
    Set<Integer> asked = new HashSet<>();
    for (RawRecord record : records) {
      byte[] value = record.value();
      if (value != null && value.length >= PREFIX_BYTES && value[0] == SCHEMA_ID) {
        int id = ByteBuffer.wrap(value).getInt(1);
        if (id > 0 && asked.add(id)) {
          registry.byId(id).ifPresent(schema -> schemas.put(id, schema.toString()));
        }
      }
    }
    return schemas;
  }

  private static List<Charge> charges(Path file) throws IOException {
    List<Charge> charges = new ArrayList<>();
    if (!Files.exists(file)) {
      return List.of();
    }
    for (String line : Files.readAllLines(file)) {
      JsonNode node = JsonMapper.shared().readTree(line);
      charges.add(
          new Charge(
              node.path("request_id").asString(),
              node.path("model").asString(),
              node.path("user").asString(),
              node.path("messages").asInt(),
              node.path("uncached_input").asLong(),
              node.path("cache_write_5m").asLong(),
              node.path("cache_write_1h").asLong(),
              node.path("cache_read").asLong(),
              node.path("output").asLong()));
    }
    return List.copyOf(charges);
  }

  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private static void rows(Connection connection, String sql, Row each) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        each.take(result);
      }
    }
  }
}
