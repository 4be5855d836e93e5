package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.store.Transaction;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who reads which partition, and from where, as the store knows it. A claim raises the partition's
 * epoch, so whoever held it before can't write any more, even if it does not know yet.
 *
 * <p>Not thread-safe: one per member.
 */
final class Claims {

  private static final Logger log = LoggerFactory.getLogger(Claims.class);

  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  /**
   * A partition that is ours to write.
   *
   * @param topicId the store's number of the topic
   * @param next the offset that is read next
   * @param epoch of the claim
   */
  record Claim(int topicId, long next, long epoch) {

    Claim at(long offset) {
      return new Claim(topicId, offset, epoch);
    }
  }

  /** Somebody else has claimed a partition since. */
  static final class FencedException extends Exception {
    private static final long serialVersionUID = 1L;

    FencedException() {
      super("a partition was claimed by another instance");
    }
  }

  private final String owner;
  private final Map<TopicPartition, Claim> held = new HashMap<>();

  /**
   * @param owner for people: who holds a partition
   */
  Claims(String owner) {
    this.owner = owner;
  }

  Map<TopicPartition, Claim> held() {
    return held;
  }

  /** Forgets partitions; the store keeps their offsets. */
  void release(Collection<TopicPartition> partitions) {
    partitions.forEach(held::remove);
  }

  /** Forgets all partitions. */
  void releaseAll() {
    held.clear();
  }

  /** Notes what was committed. */
  void moved(Map<TopicPartition, Long> next) {
    next.forEach((partition, offset) -> held.computeIfPresent(partition, (p, c) -> c.at(offset)));
  }

  /**
   * Claims partitions, in one transaction.
   *
   * @param topicIds Kafka's ids of the topics
   * @param beginning the first offset the broker still has of each partition
   */
  void claim(
      Connection connection,
      Collection<TopicPartition> partitions,
      Map<String, Uuid> topicIds,
      Map<TopicPartition, Long> beginning)
      throws SQLException {
    Map<TopicPartition, Claim> claimed = new HashMap<>();
    Transaction.run(
        connection,
        () -> {
          Map<String, Integer> ids = new HashMap<>();
          for (TopicPartition partition : partitions.stream().sorted(ORDER).toList()) {
            Integer id = ids.get(partition.topic());
            if (id == null) {
              id = topicId(connection, partition.topic(), kafkaId(topicIds, partition.topic()));
              ids.put(partition.topic(), id);
            }
            Long first = beginning.get(partition);
            claimed.put(partition, claim(connection, partition, id, first == null ? 0 : first));
          }
        });
    held.putAll(claimed);
  }

  private static Uuid kafkaId(Map<String, Uuid> ids, String topic) {
    Uuid id = ids.get(topic);
    if (id == null) {
      throw new IllegalStateException("no id for topic " + topic);
    }
    return id;
  }

  private static int topicId(Connection connection, String name, Uuid kafkaId) throws SQLException {
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO topic (name, kafka_id) SELECT ?, ?"
                    + " WHERE NOT EXISTS (SELECT FROM topic WHERE name = ? AND kafka_id = ?)"
                    + " ON CONFLICT DO NOTHING");
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT topic_id FROM topic WHERE name = ? AND kafka_id = ?")) {
      insert.setString(1, name);
      insert.setString(2, kafkaId.toString());
      insert.setString(3, name);
      insert.setString(4, kafkaId.toString());
      insert.executeUpdate();
      select.setString(1, name);
      select.setString(2, kafkaId.toString());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private Claim claim(Connection connection, TopicPartition partition, int topicId, long beginning)
      throws SQLException {
    long next;
    long epoch;
    try (PreparedStatement claim =
        connection.prepareStatement(
            "INSERT INTO sink_offset AS o (topic_id, partition, next_offset, epoch, owner)"
                + " VALUES (?, ?, 0, 1, ?) ON CONFLICT (topic_id, partition)"
                + " DO UPDATE SET epoch = o.epoch + 1, owner = EXCLUDED.owner"
                + " RETURNING next_offset, epoch")) {
      claim.setInt(1, topicId);
      claim.setInt(2, partition.partition());
      claim.setString(3, owner);
      try (ResultSet row = claim.executeQuery()) {
        row.next();
        next = row.getLong(1);
        epoch = row.getLong(2);
      }
    }
    if (beginning > next) {
      gap(connection, partition, topicId, next, beginning);
      next = beginning;
    }
    return new Claim(topicId, next, epoch);
  }

  private static void gap(
      Connection connection, TopicPartition partition, int topicId, long from, long to)
      throws SQLException {
    log.warn(
        "{}: the broker has deleted offsets {} to {} before they were read; the audit store lacks them"
            + " (table ingest_gap). A longer retention of the topic prevents it",
        partition,
        from,
        to - 1);
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO ingest_gap VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
        PreparedStatement move =
            connection.prepareStatement(
                "UPDATE sink_offset SET next_offset = ? WHERE topic_id = ? AND partition = ?")) {
      insert.setInt(1, topicId);
      insert.setInt(2, partition.partition());
      insert.setLong(3, from);
      insert.setLong(4, to);
      insert.executeUpdate();
      move.setLong(1, to);
      move.setInt(2, topicId);
      move.setInt(3, partition.partition());
      move.executeUpdate();
    }
  }

  /**
   * Asks whether all that is held is still ours, for when there is nothing to write.
   *
   * @throws FencedException if one of the partitions is not
   */
  void confirm(Connection connection) throws SQLException, FencedException {
    Map<List<Object>, Long> epochs = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT topic_id, partition, epoch FROM sink_offset WHERE owner = ?")) {
      select.setString(1, owner);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          epochs.put(List.of(row.getInt(1), row.getInt(2)), row.getLong(3));
        }
      }
    }
    for (Map.Entry<TopicPartition, Claim> entry : held.entrySet()) {
      Claim claim = entry.getValue();
      Long epoch = epochs.get(List.of(claim.topicId(), entry.getKey().partition()));
      if (epoch == null || epoch != claim.epoch()) {
        throw new FencedException();
      }
    }
  }

  /**
   * Moves offsets on in the connection's transaction and keeps the rows locked until it ends.
   *
   * @throws FencedException if one of the partitions is not ours any more
   */
  void advance(Connection connection, Map<TopicPartition, Long> next)
      throws SQLException, FencedException {
    List<Object> topics = new ArrayList<>();
    List<Object> partitions = new ArrayList<>();
    List<Object> expected = new ArrayList<>();
    List<Object> nexts = new ArrayList<>();
    List<Object> epochs = new ArrayList<>();
    for (TopicPartition partition : next.keySet().stream().sorted(ORDER).toList()) {
      Claim claim = held.get(partition);
      Long to = next.get(partition);
      if (claim == null || to == null) {
        throw new FencedException();
      }
      topics.add((short) claim.topicId());
      partitions.add(partition.partition());
      expected.add(claim.next());
      nexts.add(to);
      epochs.add(claim.epoch());
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE sink_offset o SET next_offset = v.next"
                + " FROM unnest(?, ?, ?, ?, ?) AS v (topic_id, partition, expected, next, epoch)"
                + " WHERE o.topic_id = v.topic_id AND o.partition = v.partition"
                + " AND o.next_offset = v.expected AND o.epoch = v.epoch")) {
      update.setArray(1, array(connection, "int2", topics));
      update.setArray(2, array(connection, "int4", partitions));
      update.setArray(3, array(connection, "int8", expected));
      update.setArray(4, array(connection, "int8", nexts));
      update.setArray(5, array(connection, "int8", epochs));
      if (update.executeUpdate() != next.size()) {
        throw new FencedException();
      }
    }
  }

  private static Array array(Connection connection, String type, List<Object> values)
      throws SQLException {
    return connection.createArrayOf(type, values.toArray());
  }
}
