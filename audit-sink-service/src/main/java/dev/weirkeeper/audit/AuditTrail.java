package dev.weirkeeper.audit;

import dev.weirkeeper.audit.chain.AuditFile;
import dev.weirkeeper.audit.chain.AuditReport;
import dev.weirkeeper.audit.chain.Finding;
import dev.weirkeeper.audit.chain.RecordAudit;
import dev.weirkeeper.audit.chain.RecordAudit.Root;
import dev.weirkeeper.audit.chain.StoreAudit;
import dev.weirkeeper.audit.ingest.Reprojection;
import dev.weirkeeper.audit.ingest.TopicReader;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.audit.store.StoreDigest;
import dev.weirkeeper.audit.store.Transaction;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AuditRoot;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * What an auditor can do with the trail: check the store, the topics or an exported file, and build
 * the store anew. Each works beside running services.
 */
public final class AuditTrail {

  private static final List<String> NOT_COMPARED = List.of("digest", "withheld");

  private AuditTrail() {}

  /**
   * Checks the store's log: digests, chains, causes, roots.
   *
   * @param progress told how many records were read, from time to time
   */
  public static AuditReport verifyStore(Database database, Connection kafka, LongConsumer progress)
      throws SQLException {
    return StoreAudit.run(
        database, new Topics(kafka.topicPrefix()).events().name(), kafka.serde(), progress);
  }

  /**
   * Checks that every other table says what the log says, by filling a second schema from the log
   * and comparing. It needs the room for that; the schema is dropped afterwards.
   *
   * @return the first row of each table that differs
   */
  public static List<Finding> verifyTables(
      PostgresConfig config, Connection kafka, LongConsumer progress) throws SQLException {
    String shadow = config.schema() + "_check";
    PostgresConfig second =
        new PostgresConfig(config.url(), config.user(), config.password(), shadow, 2);
    List<Finding> findings = new ArrayList<>();
    try (Database from = Database.open(config);
        Database to = Database.open(second)) {
      drop(to, shadow);
      try {
        to.migrate();
        Reprojection.run(from, to, new Topics(kafka.topicPrefix()), kafka.serde(), progress);
        try (java.sql.Connection connection = from.connection()) {
          for (String table : StoreDigest.TABLES) {
            StoreDigest.difference(connection, table, config.schema(), shadow, NOT_COMPARED)
                .ifPresent(
                    difference ->
                        findings.add(
                            new Finding(
                                Finding.Kind.TABLE,
                                new Finding.Place("", 0, 0),
                                "table %s: %s".formatted(table, difference))));
          }
        }
      } finally {
        drop(to, shadow);
      }
    }
    return findings;
  }

  private static void drop(Database database, String schema) throws SQLException {
    try (java.sql.Connection connection = database.connection();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    }
  }

  /** Checks what the broker still has: chains and roots. */
  public static AuditReport verifyTopics(Connection kafka, LongConsumer progress) {
    Topics topics = new Topics(kafka.topicPrefix());
    AvroDeserializer<SpecificRecord> avro = AvroDeserializer.ofAnyRecord(kafka.serde());
    List<Root> roots = new ArrayList<>();
    TopicReader.<RuntimeException>read(
        kafka,
        List.of(topics.auditRoots().name()),
        (kafkaId, record) -> {
          if (record.value() != null
              && avro.deserialize(record.topic(), record.headers(), record.value())
                  instanceof AuditRoot root) {
            roots.add(
                new Root(
                    root.getTopic(),
                    root.getKafkaId(),
                    root.getPartition(),
                    root.getFromOffset(),
                    root.getToOffset(),
                    root.getRecords(),
                    root.getRoot()));
          }
        });
    Map<String, Long> first = TopicReader.beginnings(kafka);
    roots.removeIf(
        root ->
            root.from()
                < first.getOrDefault(
                    TopicReader.key(root.topic(), root.kafkaId(), root.partition()),
                    Long.MAX_VALUE));
    boolean late =
        first.entrySet().stream()
            .anyMatch(e -> e.getKey().startsWith(topics.events().name() + "/") && e.getValue() > 0);
    RecordAudit audit = new RecordAudit(topics.events().name(), avro, roots, late);
    long[] count = {0};
    TopicReader.<RuntimeException>read(
        kafka,
        List.of(),
        (kafkaId, record) -> {
          audit.next(kafkaId, record, audit.digest(record), true);
          if (++count[0] % 10_000 == 0) {
            progress.accept(count[0]);
          }
        });
    audit.end();
    progress.accept(count[0]);
    return new AuditReport(
        count[0],
        0,
        audit.sessions(),
        0,
        0,
        audit.checkedRoots(),
        audit.covered(),
        audit.findings());
  }

  /**
   * Writes everything the broker has to a file that proves itself.
   *
   * @return number of records
   */
  public static long export(Connection kafka, Writer file) throws IOException {
    long[] count = {0};
    try (AuditFile.Writing out = new AuditFile.Writing(file)) {
      TopicReader.<IOException>read(
          kafka,
          List.of(),
          (kafkaId, record) -> {
            out.write(record);
            count[0]++;
          });
    }
    return count[0];
  }

  /**
   * Checks a file made by {@link #export}: every byte of it, and the chains inside.
   *
   * @return the first thing that is wrong
   */
  public static Optional<Finding> verifyFile(Connection kafka, Reader file) throws IOException {
    RecordAudit audit =
        new RecordAudit(
            new Topics(kafka.topicPrefix()).events().name(),
            AvroDeserializer.ofAnyRecord(kafka.serde()),
            List.of(),
            true);
    return AuditFile.verify(
        file,
        record -> {
          audit.next("", record, new byte[0], true);
          return audit.findings().stream().findFirst();
        });
  }

  /** A digest of every table that is filled from topics: equal digests, equal content. */
  public static Map<String, String> digests(Database database) throws SQLException {
    try (java.sql.Connection connection = database.connection()) {
      return StoreDigest.of(connection);
    }
  }

  /**
   * Empties every table that is filled from topics and sets all partitions back to their beginning.
   * Running sinks notice and read everything again; it takes one transaction, so readers see the
   * old store or an empty one.
   */
  public static void rebuild(Database database) throws SQLException {
    try (java.sql.Connection connection = database.connection();
        Statement statement = connection.createStatement()) {
      Transaction.<RuntimeException>run(
          connection,
          () -> {
            statement.execute("LOCK TABLE sink_offset IN EXCLUSIVE MODE");
            statement.execute(
                "TRUNCATE " + String.join(", ", StoreDigest.TABLES) + ", ingest_gap, kept_since");
            statement.execute("UPDATE sink_offset SET next_offset = 0, epoch = epoch + 1");
          });
    }
  }
}
