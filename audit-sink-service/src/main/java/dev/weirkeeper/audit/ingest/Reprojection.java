package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.StoredRecord;
import dev.weirkeeper.audit.ingest.Projection.Known;
import dev.weirkeeper.audit.ledger.CostRollup;
import dev.weirkeeper.audit.seal.Seal;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.StoreDigest;
import dev.weirkeeper.audit.store.Transaction;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.topic.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Fills an empty store from the log of another: what every table must hold, if the log is right.
 */
public final class Reprojection {

  private static final int BATCH = 5_000;

  private Reprojection() {}

  /**
   * Fills the store, which must be migrated and empty.
   *
   * @param serde how schemas are found
   * @param progress told how many records were read, from time to time
   */
  public static void run(
      Database from, Database to, Topics topics, Map<String, ?> serde, LongConsumer progress)
      throws SQLException {
    CatalogueTopics catalogue = new CatalogueTopics(topics);
    // What was to be covered is covered already.
    Decoder decoder = new Decoder(serde, catalogue, Redaction.none());
    Tables tables = new Tables();
    Projection projection = new Projection(tables, catalogue);
    Known known = new Known(new HashMap<>(), new HashSet<>(), new HashMap<>());
    try (Connection read = from.connection();
        Connection write = to.connection();
        Statement copy = write.createStatement()) {
      copy.execute(
          "INSERT INTO topic OVERRIDING SYSTEM VALUE SELECT * FROM " + from.schema() + ".topic");
      read.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      read.setReadOnly(true);
      read.setAutoCommit(false);
      try (PreparedStatement select =
          read.prepareStatement(
              "SELECT "
                  + StoredRecord.COLUMNS
                  + " FROM log l JOIN topic t USING (topic_id)"
                  + " ORDER BY l.topic_id, l.partition, l.record_offset")) {
        select.setFetchSize(BATCH);
        try (ResultSet row = select.executeQuery()) {
          long count = 0;
          List<Arrival> batch = new ArrayList<>();
          while (row.next()) {
            StoredRecord stored = StoredRecord.of(row);
            count++;
            if (stored.seal() instanceof Seal.Erased) {
              continue;
            }
            Arrival arrival = decoder.decode(stored.topicId(), stored.raw());
            arrival.session().ifPresent(session -> known.seals().put(session, stored.seal()));
            batch.add(arrival);
            if (batch.size() == BATCH) {
              send(write, tables, projection, known, batch);
              progress.accept(count);
              batch.clear();
            }
          }
          send(write, tables, projection, known, batch);
          progress.accept(count);
          erased(write, from.schema());
        }
      } finally {
        read.rollback();
        read.setAutoCommit(true);
        read.setReadOnly(false);
        read.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      }
    }
  }

  /** Of erased sessions the log does not tell what is left of them: that is taken as it is. */
  private static void erased(Connection connection, String from) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet any =
          statement.executeQuery("SELECT EXISTS (SELECT FROM " + from + ".erased_session)")) {
        any.next();
        if (!any.getBoolean(1)) {
          return;
        }
      }
      Transaction.<RuntimeException>run(
          connection,
          () -> {
            for (String table : StoreDigest.TABLES) {
              List<String> columns = StoreDigest.columns(connection, table);
              if (columns.contains("session_id")) {
                String all = String.join(", ", columns);
                String those =
                    " WHERE session_id IN (SELECT session_id FROM " + from + ".erased_session)";
                statement.executeUpdate("DELETE FROM " + table + those);
                statement.executeUpdate(
                    // An enum of one schema is another than that of the other.
                    "INSERT INTO %s (%s) SELECT %s FROM %s.%s%s"
                        .formatted(
                            table,
                            all,
                            table.equals("ledger_entry")
                                ? all.replace(" kind,", " kind::text::ledger_kind,")
                                : all,
                            from,
                            table,
                            those));
              }
            }
            CostRollup.anew(connection);
          });
    }
  }

  private static void send(
      Connection connection, Tables tables, Projection projection, Known known, List<Arrival> batch)
      throws SQLException {
    tables.clear();
    for (Arrival arrival : batch) {
      projection.add(arrival, known);
    }
    Transaction.<RuntimeException>run(connection, () -> tables.send(connection));
  }
}
