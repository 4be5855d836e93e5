package dev.weirkeeper.executor.journal;

import dev.weirkeeper.executor.call.Call;
import dev.weirkeeper.executor.call.Claim;
import dev.weirkeeper.executor.call.Outcome;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * The journal of one executor, in PostgreSQL. Thread-safe.
 *
 * <p>Every method throws {@link JournalUnavailableException} if the database does not answer.
 */
public final class ExecutionJournal {

  private static final String SCHEMA = "executor";

  private final DataSource database;
  private final String owner;
  private final Duration lease;

  /**
   * @param owner this process, never used by another one, before or after
   * @param lease how long a claim stands without {@link #extend}
   */
  public ExecutionJournal(DataSource database, String owner, Duration lease) {
    this.database = database;
    this.owner = owner;
    this.lease = lease;
  }

  /** Creates or updates the tables. Several executors may do so at once. */
  public static void migrate(DataSource database) {
    Flyway.configure()
        .dataSource(database)
        .schemas(SCHEMA)
        .defaultSchema(SCHEMA)
        .locations("classpath:db/executor")
        .load()
        .migrate();
  }

  /** Claims a call, or says why it can't be claimed. */
  public Claim claim(Call call) {
    return ask(
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  """
                  INSERT INTO executor.journal
                    (call_id, session_id, task_id, tenant, tool, arguments_hash, owner, lease_until)
                  VALUES (?, ?, ?, ?, ?, ?, ?, clock_timestamp() + make_interval(secs => ?))
                  ON CONFLICT (call_id) DO NOTHING
                  """)) {
            insert.setString(1, call.id());
            insert.setString(2, call.sessionId());
            insert.setString(3, call.taskId());
            insert.setString(4, call.tenant());
            insert.setString(5, call.tool());
            insert.setString(6, call.argumentsHash());
            insert.setString(7, owner);
            insert.setDouble(8, seconds(lease));
            if (insert.executeUpdate() == 1) {
              return new Claim.Granted(1);
            }
          }
          return find(connection, call)
              .orElseThrow(() -> new SQLException("the row of call " + call.id() + " vanished"));
        });
  }

  /** What is known of a call, without claiming it. */
  public Optional<Claim> find(Call call) {
    return ask(connection -> find(connection, call));
  }

  private static Optional<Claim> find(Connection connection, Call call) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT arguments_hash, epoch, owner, tries, outcome,
                   extract(epoch FROM lease_until - clock_timestamp())
            FROM executor.journal WHERE call_id = ?
            """)) {
      select.setString(1, call.id());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(claim(row, call)) : Optional.empty();
      }
    }
  }

  private static Claim claim(ResultSet row, Call call) throws SQLException {
    if (!row.getString(1).equals(call.argumentsHash())) {
      return new Claim.Mismatched();
    }
    byte[] outcome = row.getBytes(5);
    if (outcome != null) {
      return new Claim.Done(OutcomeJson.read(outcome), row.getInt(4));
    }
    double left = row.getDouble(6);
    return left > 0
        ? new Claim.Held(row.getString(3), Duration.ofNanos((long) (left * 1e9) + 1))
        : new Claim.Deserted(row.getString(3), row.getLong(2));
  }

  /**
   * Takes a deserted call over.
   *
   * @param epoch the one that was seen
   * @return the new epoch, or nothing if another executor was faster or the owner came back
   */
  public OptionalLong takeOver(Call call, long epoch) {
    return ask(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  """
                  UPDATE executor.journal
                  SET epoch = epoch + 1, owner = ?,
                      lease_until = clock_timestamp() + make_interval(secs => ?)
                  WHERE call_id = ? AND epoch = ? AND done_at IS NULL
                    AND lease_until <= clock_timestamp()
                  """)) {
            update.setString(1, owner);
            update.setDouble(2, seconds(lease));
            update.setString(3, call.id());
            update.setLong(4, epoch);
            return update.executeUpdate() == 1 ? OptionalLong.of(epoch + 1) : OptionalLong.empty();
          }
        });
  }

  /**
   * Writes an outcome.
   *
   * @return false if the call has been taken over since: the outcome is not recorded
   */
  public boolean done(Call call, long epoch, Outcome outcome, int tries, Resolution resolution) {
    return ask(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  """
                  UPDATE executor.journal
                  SET done_at = clock_timestamp(), outcome = ?, tries = ?, resolution = ?
                  WHERE call_id = ? AND epoch = ? AND done_at IS NULL
                  """)) {
            update.setBytes(1, OutcomeJson.write(outcome));
            update.setInt(2, tries);
            update.setString(3, resolution.name().toLowerCase(Locale.ROOT));
            update.setString(4, call.id());
            update.setLong(5, epoch);
            return update.executeUpdate() == 1;
          }
        });
  }

  /** Lets go of a call that did not end: another executor may take it over at once. */
  public void handBack(Call call, long epoch) {
    ask(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  """
                  UPDATE executor.journal SET lease_until = clock_timestamp()
                  WHERE call_id = ? AND epoch = ? AND done_at IS NULL
                  """)) {
            update.setString(1, call.id());
            update.setLong(2, epoch);
            return update.executeUpdate();
          }
        });
  }

  /** Forgets a call that was claimed and has certainly not been started. */
  public void withdraw(Call call, long epoch) {
    ask(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  """
                  DELETE FROM executor.journal
                  WHERE call_id = ? AND epoch = ? AND epoch = 1 AND done_at IS NULL
                  """)) {
            delete.setString(1, call.id());
            delete.setLong(2, epoch);
            return delete.executeUpdate();
          }
        });
  }

  /** Says that these calls are still running here. Do so well within the lease. */
  public void extend(Collection<String> callIds) {
    if (callIds.isEmpty()) {
      return;
    }
    ask(
        connection -> {
          Array ids = connection.createArrayOf("text", callIds.toArray(String[]::new));
          try (PreparedStatement update =
              connection.prepareStatement(
                  """
                  UPDATE executor.journal
                  SET lease_until = clock_timestamp() + make_interval(secs => ?)
                  WHERE call_id = ANY (?) AND owner = ? AND done_at IS NULL
                  """)) {
            update.setDouble(1, seconds(lease));
            update.setArray(2, ids);
            update.setString(3, owner);
            return update.executeUpdate();
          } finally {
            ids.free();
          }
        });
  }

  /**
   * Deletes calls claimed longer ago. Keep them as long as the topic of calls keeps its records, or
   * a call that is read again after that is run again.
   *
   * @return how many
   */
  public int forget(Duration age) {
    return ask(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  """
                  DELETE FROM executor.journal
                  WHERE claimed_at < clock_timestamp() - make_interval(secs => ?)
                  """)) {
            delete.setDouble(1, seconds(age));
            return delete.executeUpdate();
          }
        });
  }

  /** The database, for what shares it. */
  public DataSource database() {
    return database;
  }

  private interface Question<T> {
    T ask(Connection connection) throws SQLException;
  }

  private <T> T ask(Question<T> question) {
    try (Connection connection = database.getConnection()) {
      return question.ask(connection);
    } catch (SQLException e) {
      throw new JournalUnavailableException(
          "the execution journal does not answer: " + e.getMessage(), e);
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
