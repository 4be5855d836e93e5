package dev.weirkeeper.audit.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition a day for the tables that grow with every record. Days outside the window that is
 * kept in partitions, such as a record with a wild timestamp claims, stay in the default partition.
 *
 * <p>Thread-safe, and safe beside other instances.
 */
public final class DayPartitions {

  private static final Logger log = LoggerFactory.getLogger(DayPartitions.class);

  /** The tables that are divided. */
  public static final List<String> TABLES = List.of("log", "session_event", "ledger_entry");

  /** Most days backwards and forwards that get partitions of their own. */
  private static final int DAYS_BACK = 400;

  private static final int DAYS_AHEAD = 3;

  private static final long LOCK = 0x77656972_64617973L;

  /**
   * Rows come once, go with their day, and are changed by erasures only. So inserts leave nothing
   * to vacuum, what is never asked for by value needs no statistics, and those of the rest are
   * taken from small samples, anew when the day has grown by half, not by a tenth. A row of a few
   * kilobytes is stored as it is, not compressed into a row elsewhere.
   */
  private static final String STORAGE =
      "autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0.5,"
          + " toast_tuple_target = 8160";

  private static final Map<String, List<String>> UNASKED =
      Map.of(
          "log", List.of("headers", "value", "payload", "digest", "withheld"),
          "session_event", List.of("reason", "input_hash", "effects", "previous_hash", "hash"));

  private final Set<LocalDate> known = ConcurrentHashMap.newKeySet();

  /**
   * Makes partitions for these days where they are missing. To be called outside a transaction that
   * writes to the tables.
   *
   * @param connection with auto-commit on
   */
  public void ensure(Connection connection, Collection<LocalDate> days, LocalDate today)
      throws SQLException {
    for (LocalDate day : new TreeSet<>(days)) {
      if (day.isBefore(today.minusDays(DAYS_BACK))
          || day.isAfter(today.plusDays(DAYS_AHEAD))
          || known.contains(day)) {
        continue;
      }
      make(connection, day);
      known.add(day);
    }
  }

  /** Forgets which days exist: for when the tables were made anew. */
  public void forget() {
    known.clear();
  }

  /**
   * Drops the partitions of the days before a day.
   *
   * @return the days dropped
   */
  public List<LocalDate> dropBefore(Connection connection, LocalDate first) throws SQLException {
    List<LocalDate> dropped = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        for (LocalDate day : days(statement, table)) {
          if (day.isBefore(first)) {
            statement.execute("DROP TABLE " + name(table, day));
            known.remove(day);
            if (!dropped.contains(day)) {
              dropped.add(day);
            }
          }
        }
        statement.executeUpdate("DELETE FROM " + table + "_default WHERE day < '" + first + "'");
      }
    }
    return dropped;
  }

  private static List<LocalDate> days(Statement statement, String table) throws SQLException {
    List<LocalDate> days = new ArrayList<>();
    try (ResultSet result =
        statement.executeQuery(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                + " WHERE i.inhparent = '"
                + table
                + "'::regclass ORDER BY 1")) {
      while (result.next()) {
        String suffix = result.getString(1).substring(table.length() + 1);
        if (suffix.matches("\\d{8}")) {
          days.add(LocalDate.parse(suffix, java.time.format.DateTimeFormatter.BASIC_ISO_DATE));
        }
      }
    }
    return days;
  }

  /**
   * Attaching a finished table needs a far weaker lock on the parent than creating one as a
   * partition, so writers of other days are not held up.
   */
  private static void make(Connection connection, LocalDate day) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
      try {
        for (String table : TABLES) {
          if (days(statement, table).contains(day)) {
            continue;
          }
          String partition = name(table, day);
          statement.execute(
              """
              BEGIN;
              CREATE TABLE %1$s (LIKE %2$s INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (%5$s);
              %6$s
              SELECT sample_little('%1$s');
              WITH moved AS (DELETE FROM %2$s_default WHERE day = '%3$s' RETURNING *)
                INSERT INTO %1$s SELECT * FROM moved;
              ALTER TABLE %2$s ATTACH PARTITION %1$s FOR VALUES FROM ('%3$s') TO ('%4$s');
              COMMIT;
              """
                  .formatted(
                      partition, table, day, day.plusDays(1), STORAGE, unasked(table, partition)));
          log.debug("made partition {}", partition);
        }
      } catch (SQLException e) {
        statement.execute("ROLLBACK");
        throw e;
      } finally {
        statement.execute("SELECT pg_advisory_unlock(" + LOCK + ")");
      }
    }
  }

  private static String unasked(String table, String partition) {
    return UNASKED.getOrDefault(table, List.of()).stream()
        .map(
            column ->
                "ALTER TABLE %s ALTER COLUMN %s SET STATISTICS 0;".formatted(partition, column))
        .collect(Collectors.joining("\n"));
  }

  private static String name(String table, LocalDate day) {
    return table + "_" + day.format(java.time.format.DateTimeFormatter.BASIC_ISO_DATE);
  }
}
