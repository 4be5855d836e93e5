package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.OpenRuns;
import dev.weirkeeper.audit.chain.RecordDigest;
import dev.weirkeeper.audit.ingest.Arrival.Content;
import dev.weirkeeper.audit.ingest.Claims.Claim;
import dev.weirkeeper.audit.ingest.Claims.FencedException;
import dev.weirkeeper.audit.ingest.Projection.Known;
import dev.weirkeeper.audit.seal.Subjects;
import dev.weirkeeper.audit.seal.Subjects.Changes;
import dev.weirkeeper.audit.seal.Subjects.Naming;
import dev.weirkeeper.audit.store.DayPartitions;
import dev.weirkeeper.audit.store.Transaction;
import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.wire.Erasure;
import dev.weirkeeper.wire.LedgerAdjustment;
import dev.weirkeeper.wire.SessionEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches, each in one transaction with the offsets it goes on from.
 *
 * <p>A record that PostgreSQL refuses is found by halving the batch and becomes a dead letter. Not
 * thread-safe: one per member.
 */
final class BatchWriter {

  private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);

  /** The channel on which readers of the store are told that there is more. */
  static final String CHANNEL = "audit_ingested";

  private final Claims claims;
  private final DayPartitions days;
  private final OpenRuns openRuns;
  private final InstantSource clock;
  private final Consumer<Arrival> givenUp;
  private final Tables tables = new Tables();
  private final Projection projection;

  /**
   * @param openRuns told of what is committed
   * @param givenUp told of each record that is given up, before its transaction is committed; must
   *     not return before the copy is safe
   */
  BatchWriter(
      Claims claims,
      CatalogueTopics topics,
      DayPartitions days,
      OpenRuns openRuns,
      InstantSource clock,
      Consumer<Arrival> givenUp) {
    this.claims = claims;
    this.days = days;
    this.openRuns = openRuns;
    this.clock = clock;
    this.givenUp = givenUp;
    this.projection = new Projection(tables, topics);
  }

  /**
   * Writes records of claimed partitions, in the order of their offsets.
   *
   * @param next where each of their partitions goes on
   * @throws SQLException if the store can't be written to now; nothing or a beginning of the batch
   *     is stored
   * @throws FencedException if a partition is not ours any more; likewise
   */
  void write(Connection connection, List<Arrival> batch, Map<TopicPartition, Long> next)
      throws SQLException, FencedException {
    try {
      transaction(connection, batch, next);
    } catch (SQLException | ArithmeticException e) {
      if (e instanceof SQLException sql && !refused(sql)) {
        throw sql;
      }
      if (batch.size() == 1) {
        giveUp(connection, batch.getFirst(), next, e);
        return;
      }
      int half = batch.size() / 2;
      List<Arrival> first = batch.subList(0, half);
      Map<TopicPartition, Long> between = new HashMap<>();
      for (Arrival arrival : first) {
        between.put(partition(arrival), arrival.raw().offset() + 1);
      }
      write(connection, first, between);
      write(connection, batch.subList(half, batch.size()), next);
    }
  }

  private void giveUp(
      Connection connection, Arrival arrival, Map<TopicPartition, Long> next, Exception reason)
      throws SQLException, FencedException {
    if (stored(connection, arrival)) {
      log.warn(
          "{} offset {} is stored already: the offsets in sink_offset were set back by hand",
          partition(arrival),
          arrival.raw().offset());
      transaction(connection, List.of(), next);
      return;
    }
    String message =
        "could not be stored: "
            + (reason instanceof ArithmeticException
                ? "its amounts add up to more than can be counted"
                : reason.getMessage());
    log.warn("{} offset {} {}", partition(arrival), arrival.raw().offset(), message);
    transaction(connection, List.of(arrival.unreadable(message)), next);
  }

  private void transaction(
      Connection connection, List<Arrival> batch, Map<TopicPartition, Long> next)
      throws SQLException, FencedException {
    days.ensure(connection, days(batch), LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
    Map<TopicPartition, List<byte[]>> digests = new HashMap<>();
    Transaction.<FencedException>run(
        connection,
        () -> {
          claims.advance(connection, next);
          Changes changes = subjects(connection, batch);
          Known known = known(connection, batch);
          tables.clear();
          for (Arrival arrival : batch) {
            digests
                .computeIfAbsent(partition(arrival), _ -> new ArrayList<>())
                .add(projection.add(arrival, known));
          }
          tables.send(connection);
          changes.apply(connection);
          for (Arrival arrival : batch) {
            if (arrival.content() instanceof Content.Unreadable && notCopied(connection, arrival)) {
              givenUp.accept(arrival);
            }
          }
          try (PreparedStatement notify = connection.prepareStatement("SELECT pg_notify(?, '')")) {
            notify.setString(1, CHANNEL);
            notify.execute();
          }
          FailPoint.reached("sink.before-commit");
        });
    FailPoint.reached("sink.committed");
    next.forEach(
        (partition, to) -> {
          Claim claim = Objects.requireNonNull(claims.held().get(partition));
          openRuns.stored(
              claim.topicId(),
              partition.partition(),
              claim.next(),
              to,
              digests.getOrDefault(partition, List.of()));
        });
    claims.moved(next);
  }

  /** Notes that a copy is made; false if it was made before. */
  private static boolean notCopied(Connection connection, Arrival arrival) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO dead_letter_copied VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
      insert.setInt(1, arrival.topicId());
      insert.setInt(2, arrival.raw().partition());
      insert.setLong(3, arrival.raw().offset());
      return insert.executeUpdate() == 1;
    }
  }

  private static Set<LocalDate> days(List<Arrival> batch) {
    Set<LocalDate> days = new HashSet<>();
    for (Arrival arrival : batch) {
      days.add(LocalDate.ofInstant(RecordDigest.time(arrival.raw().timestamp()), ZoneOffset.UTC));
    }
    return days;
  }

  /** Notes whom the batch names and whose content it erases, before a row of it is made. */
  private Changes subjects(Connection connection, List<Arrival> batch) throws SQLException {
    Set<Integer> partitions = new HashSet<>();
    List<Naming> namings = new ArrayList<>();
    List<Arrival> erasures = new ArrayList<>();
    for (Arrival arrival : batch) {
      if (arrival.session().isPresent()) {
        partitions.add(arrival.raw().partition());
      }
      arrival
          .task()
          .filter(task -> task.getSubject() != null)
          .ifPresent(
              task ->
                  namings.add(
                      new Naming(
                          task.getSubject(),
                          arrival.session().orElseThrow(),
                          RecordDigest.time(arrival.raw().timestamp()))));
      if (arrival.content() instanceof Content.Understood(Erasure _)) {
        erasures.add(arrival);
      }
    }
    Subjects.lock(connection, partitions, !erasures.isEmpty());
    Changes changes = Changes.NONE;
    if (!namings.isEmpty()) {
      changes = changes.and(Subjects.named(connection, namings));
    }
    for (Arrival arrival : erasures) {
      if (arrival.content() instanceof Content.Understood(Erasure erasure)) {
        changes = changes.and(Subjects.erased(connection, erasure, arrival.raw().offset()));
      }
    }
    return changes;
  }

  /** Looks up what the batch may repeat, and how its content is stored. */
  private static Known known(Connection connection, List<Arrival> batch) throws SQLException {
    Set<String> all = new HashSet<>();
    batch.forEach(arrival -> arrival.session().ifPresent(all::add));
    Set<String> sessions = new HashSet<>();
    Set<String> adjustments = new HashSet<>();
    for (Arrival arrival : batch) {
      if (arrival.content() instanceof Content.Understood(SpecificRecord value)) {
        switch (value) {
          case SessionEvent event -> sessions.add(event.getSessionId());
          case LedgerAdjustment made -> adjustments.add(made.getAdjustmentId());
          default -> {}
        }
      }
    }
    Known known = new Known(new HashMap<>(), new HashSet<>(), Subjects.seals(connection, all));
    look(
        connection,
        // Joined: a plan kept for = ANY may compare each row with every key.
        "SELECT s.session_id, s.last_sequence FROM unnest(?) AS k (session_id)"
            + " JOIN session s USING (session_id) WHERE s.last_sequence IS NOT NULL",
        sessions,
        row -> known.lastSequence().put(row.getString(1), row.getLong(2)));
    look(
        connection,
        "SELECT adjustment_id FROM ledger_adjustment WHERE adjustment_id = ANY (?)",
        adjustments,
        row -> known.adjustments().add(row.getString(1)));
    return known;
  }

  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private static void look(Connection connection, String sql, Set<String> keys, Row row)
      throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, connection.createArrayOf("text", keys.toArray()));
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          row.take(result);
        }
      }
    }
  }

  private static boolean stored(Connection connection, Arrival arrival) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT FROM log WHERE topic_id = ? AND partition = ? AND record_offset = ?")) {
      select.setInt(1, arrival.topicId());
      select.setInt(2, arrival.raw().partition());
      select.setLong(3, arrival.raw().offset());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** True if it is the content that PostgreSQL refuses, so that trying again would not help. */
  private static boolean refused(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && (state.startsWith("21")
            || state.startsWith("22")
            || state.startsWith("23")
            || state.startsWith("54"));
  }

  private static TopicPartition partition(Arrival arrival) {
    return new TopicPartition(arrival.raw().topic(), arrival.raw().partition());
  }
}
