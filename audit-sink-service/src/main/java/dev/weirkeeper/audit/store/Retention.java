package dev.weirkeeper.audit.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what is past its retention: whole days of the log, the events and the ledger's lines, and
 * sessions that ended before those days. Sums of money by hour stay for ever.
 */
public final class Retention {

  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private static final List<String> BY_SESSION =
      List.of(
          "task",
          "model_call",
          "tool_call",
          "approval",
          "approval_decision",
          "content_key",
          "subject_session");

  private final Database database;
  private final DayPartitions days;
  private final Optional<Duration> retention;
  private final InstantSource clock;

  /**
   * @param retention in whole days; absent: nothing is ever dropped
   */
  public Retention(
      Database database, DayPartitions days, Optional<Duration> retention, InstantSource clock) {
    this.database = database;
    this.days = days;
    this.retention = retention;
    this.clock = clock;
  }

  /** Drops what is due. */
  public void apply() throws SQLException {
    if (retention.isEmpty()) {
      return;
    }
    LocalDate first =
        LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(retention.get().toDays());
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement()) {
      Transaction.<RuntimeException>run(
          connection,
          () -> {
            List<LocalDate> dropped = days.dropBefore(connection, first);
            for (String table : BY_SESSION) {
              statement.executeUpdate(
                  "DELETE FROM %s x USING session s WHERE s.session_id = x.session_id AND s.last_at < '%s'"
                      .formatted(table, first));
            }
            int sessions =
                statement.executeUpdate("DELETE FROM session WHERE last_at < '" + first + "'");
            if (!dropped.isEmpty() || sessions > 0) {
              statement.executeUpdate(
                  "INSERT INTO kept_since (day) VALUES ('%1$s') ON CONFLICT (only_row) DO UPDATE SET day = '%1$s'"
                      .formatted(first));
              log.info(
                  "dropped {} days and {} sessions before {}", dropped.size(), sessions, first);
            }
          });
    }
  }
}
