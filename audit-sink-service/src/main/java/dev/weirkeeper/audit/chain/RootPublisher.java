package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.chain.OpenRuns.Closed;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AuditRoot;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes runs of records: computes the Merkle root over what was stored since the last one and
 * publishes it. Only for partitions this instance owns, so that a record lies under one root,
 * except where an owner changed in between; then it may lie under two that are both right.
 *
 * <p>Not thread-safe: {@link #publish} is called by one thread.
 */
public final class RootPublisher {

  private static final Logger log = LoggerFactory.getLogger(RootPublisher.class);

  private static final int FETCH = 5_000;
  private static final long KAFKA_SECONDS = 30;

  private final Database database;
  private final OpenRuns open;
  private final String roots;
  private final AvroSerializer<AuditRoot> serializer;
  private final Producer<byte[], byte[]> producer;
  private final InstantSource clock;

  /** How far runs were closed that may not have come back from their topic yet. */
  private final Map<String, Long> closed = new HashMap<>();

  private record Run(int topicId, String topic, String kafkaId, int partition, long from, long to) {

    Run upTo(long end) {
      return new Run(topicId, topic, kafkaId, partition, from, end);
    }
  }

  /**
   * A publisher that writes with this producer, which stays the caller's.
   *
   * @param open what was stored here since the last roots
   */
  public RootPublisher(
      Database database,
      OpenRuns open,
      Topics topics,
      Map<String, ?> serde,
      Producer<byte[], byte[]> producer,
      InstantSource clock) {
    this.database = database;
    this.open = open;
    this.roots = topics.auditRoots().name();
    this.serializer = new AvroSerializer<>(serde);
    this.producer = producer;
    this.clock = clock;
  }

  /**
   * Closes the run of every partition that has one of these owners and something new.
   *
   * @return number of roots published
   */
  public int publish(List<String> owners)
      throws SQLException, ExecutionException, InterruptedException, TimeoutException {
    int published = 0;
    try (Connection connection = database.connection()) {
      connection.setAutoCommit(false);
      try {
        for (Run run : runs(connection, owners)) {
          Optional<Closed> known = open.close(run.topicId(), run.partition(), run.from(), run.to());
          MerkleTree tree = known.isPresent() ? known.get().tree() : tree(connection, run);
          if (tree.size() > 0) {
            send(known.map(closed -> run.upTo(closed.to())).orElse(run), tree);
            published++;
          }
        }
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
    return published;
  }

  private List<Run> runs(Connection connection, List<String> owners) throws SQLException {
    List<Run> runs = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT o.topic_id, t.name, t.kafka_id, o.partition, o.next_offset,
                   coalesce((SELECT max(r.to_offset) FROM audit_root r
                     WHERE r.topic = t.name AND r.kafka_id = t.kafka_id AND r.partition = o.partition), 0)
            FROM sink_offset o JOIN topic t USING (topic_id)
            WHERE o.owner = ANY (?) AND t.name <> ?
            ORDER BY 2, 4
            """)) {
      select.setArray(1, connection.createArrayOf("text", owners.toArray()));
      select.setString(2, roots);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String key = key(row.getString(2), row.getString(3), row.getInt(4));
          long from = Math.max(row.getLong(6), closed.getOrDefault(key, 0L));
          long to = row.getLong(5);
          if (to > from) {
            runs.add(
                new Run(
                    row.getInt(1), row.getString(2), row.getString(3), row.getInt(4), from, to));
          }
        }
      }
    }
    return runs;
  }

  private static MerkleTree tree(Connection connection, Run run) throws SQLException {
    MerkleTree tree = new MerkleTree();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT digest FROM log WHERE topic_id = ? AND partition = ?"
                + " AND record_offset >= ? AND record_offset < ? ORDER BY record_offset")) {
      select.setFetchSize(FETCH);
      select.setInt(1, run.topicId());
      select.setInt(2, run.partition());
      select.setLong(3, run.from());
      select.setLong(4, run.to());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          tree.add(row.getBytes(1));
        }
      }
    }
    return tree;
  }

  private void send(Run run, MerkleTree tree)
      throws ExecutionException, InterruptedException, TimeoutException {
    AuditRoot root =
        AuditRoot.newBuilder()
            .setTopic(run.topic())
            .setKafkaId(run.kafkaId())
            .setPartition(run.partition())
            .setFromOffset(run.from())
            .setToOffset(run.to())
            .setRecords(tree.size())
            .setRoot(tree.root())
            .setAt(clock.instant())
            .build();
    String key = "%s/%d/%d/%d".formatted(run.topic(), run.partition(), run.from(), run.to());
    producer
        .send(
            new ProducerRecord<>(
                roots, key.getBytes(StandardCharsets.UTF_8), serializer.serialize(roots, root)))
        .get(KAFKA_SECONDS, TimeUnit.SECONDS);
    closed.put(key(run.topic(), run.kafkaId(), run.partition()), run.to());
    log.debug("root of {} with {} records", key, tree.size());
  }

  private static String key(String topic, String kafkaId, int partition) {
    return topic + "/" + kafkaId + "/" + partition;
  }
}
