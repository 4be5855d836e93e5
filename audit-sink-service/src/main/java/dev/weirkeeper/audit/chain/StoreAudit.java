package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.chain.Finding.Kind;
import dev.weirkeeper.audit.chain.Finding.Place;
import dev.weirkeeper.audit.chain.RecordAudit.Root;
import dev.weirkeeper.audit.seal.Seal;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.schemas.chain.InputHash;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Checks the log as the store holds it, against itself and against what was published outside:
 * every digest, every chain, every cause of an event, every root. It reads one snapshot and changes
 * nothing.
 */
public final class StoreAudit {

  private static final int FETCH = 2_000;

  private final RecordAudit records;
  private final AvroDeserializer<SpecificRecord> avro;
  private final LongConsumer progress;
  private long count;
  private long withheld;
  private long inputs;
  private long uncheckable;

  private StoreAudit(
      RecordAudit records, AvroDeserializer<SpecificRecord> avro, LongConsumer progress) {
    this.records = records;
    this.avro = avro;
    this.progress = progress;
  }

  /**
   * Runs the audit.
   *
   * @param events the topic of session events
   * @param serde how schemas are found
   * @param progress told how many records were read, from time to time
   */
  public static AuditReport run(
      Database database, String events, Map<String, ?> serde, LongConsumer progress)
      throws SQLException {
    try (Connection connection = database.connection()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      try {
        AvroDeserializer<SpecificRecord> avro = AvroDeserializer.ofAnyRecord(serde);
        boolean fromTheMiddle = beganLate(connection);
        StoreAudit audit =
            new StoreAudit(
                new RecordAudit(events, avro, roots(connection), fromTheMiddle), avro, progress);
        audit.log(connection);
        audit.causes(connection, fromTheMiddle);
        return audit.report();
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setReadOnly(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      }
    }
  }

  private AuditReport report() {
    return new AuditReport(
        count,
        withheld,
        records.sessions(),
        inputs,
        uncheckable,
        records.checkedRoots(),
        records.covered(),
        records.findings());
  }

  /** True if the store admits that it lacks older records: past their retention, or never read. */
  private static boolean beganLate(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM ingest_gap) OR EXISTS (SELECT FROM kept_since)")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** The roots of what is kept: those that begin before the first day kept can't be checked. */
  private static List<Root> roots(Connection connection) throws SQLException {
    List<Root> roots = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT r.topic, r.kafka_id, r.partition, r.from_offset, r.to_offset, r.records,"
                    + " r.root FROM audit_root r WHERE NOT EXISTS (SELECT FROM kept_since) OR"
                    + " r.from_offset >= (SELECT min(l.record_offset) FROM log l   JOIN topic t"
                    + " USING (topic_id) WHERE t.name = r.topic   AND t.kafka_id = r.kafka_id AND"
                    + " l.partition = r.partition)")) {
      while (row.next()) {
        roots.add(
            new Root(
                row.getString(1),
                row.getString(2),
                row.getInt(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getString(7)));
      }
    }
    return roots;
  }

  private void log(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT "
                + StoredRecord.COLUMNS
                + ", l.digest FROM log l JOIN topic t USING (topic_id)"
                + " ORDER BY l.topic_id, l.partition, l.record_offset")) {
      select.setFetchSize(FETCH);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          StoredRecord stored = StoredRecord.of(row);
          check(stored, row.getBytes("digest"));
          if (stored.seal() instanceof Seal.Erased) {
            link(connection, stored);
          }
          if (++count % 10_000 == 0) {
            progress.accept(count);
          }
        }
      }
    }
    records.end();
    progress.accept(count);
  }

  /** What an erased event still says: where it stands in its session's chain. */
  private void link(Connection connection, StoredRecord stored) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT session_id, sequence, previous_hash, hash FROM session_event WHERE session_id ="
                + " ? AND topic_id = ? AND partition = ? AND record_offset = ?")) {
      select.setString(1, new String(stored.raw().key(), StandardCharsets.UTF_8));
      select.setInt(2, stored.topicId());
      select.setInt(3, stored.raw().partition());
      select.setLong(4, stored.raw().offset());
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          records.link(
              place(stored.raw()),
              new SessionChains.Step(
                  row.getString(1), row.getLong(2), row.getString(3), row.getString(4)));
        }
      }
    }
  }

  private void check(StoredRecord stored, byte[] digest) {
    byte[] leaf = digest;
    if (stored.withheld()) {
      withheld++;
    } else {
      leaf = records.digest(stored.raw());
      if (!Arrays.equals(leaf, digest)) {
        records.found(
            new Finding(
                Kind.CHANGED,
                place(stored.raw()),
                "the row does not have its digest: time, headers, key, value or digest was"
                    + " changed"));
      }
    }
    records.next(stored.kafkaId(), stored.raw(), leaf, !stored.withheld());
  }

  private static Place place(ConsumerRecord<byte[], byte[]> raw) {
    return new Place(raw.topic(), raw.partition(), raw.offset());
  }

  /** Each event names the record it was decided on and the hash of it. */
  private void causes(Connection connection, boolean fromTheMiddle) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT e.session_id, e.sequence, e.input_topic, e.input_partition, e.input_offset,"
                + " e.input_hash, l.record_offset IS NOT NULL AS there, "
                + StoredRecord.COLUMNS
                + " FROM session_event e"
                + " LEFT JOIN topic t ON t.name = e.input_topic"
                + " LEFT JOIN log l ON l.topic_id = t.topic_id AND l.partition = e.input_partition"
                + "   AND l.record_offset = e.input_offset"
                + " WHERE e.input_topic IS NOT NULL")) {
      select.setFetchSize(FETCH);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          cause(row, fromTheMiddle);
        }
      }
    }
  }

  private void cause(ResultSet row, boolean fromTheMiddle) throws SQLException {
    Place place =
        new Place(
            row.getString("input_topic"),
            row.getInt("input_partition"),
            row.getLong("input_offset"));
    String event =
        "event %d of session %s".formatted(row.getLong("sequence"), row.getString("session_id"));
    if (!row.getBoolean("there")) {
      if (!fromTheMiddle) {
        records.found(
            new Finding(Kind.MISSING, place, event + " was decided on a record that is not there"));
      }
      return;
    }
    StoredRecord stored = StoredRecord.of(row);
    if (stored.withheld()) {
      return;
    }
    inputs++;
    byte[] value = stored.raw().value();
    String hash = row.getString("input_hash");
    if (value == null
        || InputHash.of(value, Framing.avroStart(value, stored.raw().headers())).equals(hash)) {
      return;
    }
    SpecificRecord applied;
    try {
      applied = avro.deserialize(place.topic(), stored.raw().headers(), value);
    } catch (UnreadableRecordException e) {
      // A task in JSON: the planner applied what it read from it.
      uncheckable++;
      return;
    }
    if (applied != null && InputHash.of(applied).equals(hash)) {
      return;
    }
    if (applied instanceof ApprovalDecision decision && decision.getVerdict() == Verdict.EDIT) {
      uncheckable++;
      return;
    }
    records.found(
        new Finding(Kind.CHANGED, place, event + " was decided on a record with other content"));
  }
}
