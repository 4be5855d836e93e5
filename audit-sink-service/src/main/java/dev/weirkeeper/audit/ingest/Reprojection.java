package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.StoredRecord;
import dev.weirkeeper.audit.ingest.Projection.Known;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.Transaction;
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
    Decoder decoder = new Decoder(serde, catalogue);
    Tables tables = new Tables();
    Projection projection = new Projection(tables, catalogue);
    Known known = new Known(new HashMap<>(), new HashSet<>());
    try (Connection read = from.connection();
        Connection write = to.connection();
        Statement copy = write.createStatement()) {
      copy.execute(
          "INSERT INTO topic OVERRIDING SYSTEM VALUE SELECT * FROM " + from.schema() + ".topic");
      tables.prepare(write);
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
            batch.add(new Arrival(stored.topicId(), stored.raw(), decoder.decode(stored.raw())));
            count++;
            if (batch.size() == BATCH) {
              send(write, tables, projection, known, batch);
              progress.accept(count);
              batch.clear();
            }
          }
          send(write, tables, projection, known, batch);
          progress.accept(count);
        }
      } finally {
        read.rollback();
        read.setAutoCommit(true);
        read.setReadOnly(false);
        read.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      }
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
