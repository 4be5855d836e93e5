package dev.weirkeeper.executor.result;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/** Keeps results in the database of the execution journal. */
public final class PostgresResultStore implements ResultStore {

  private final DataSource database;

  /**
   * @param database with the tables of the execution journal
   */
  public PostgresResultStore(DataSource database) {
    this.database = database;
  }

  @Override
  public void put(StoredResult result) throws IOException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO executor.result (handle, tenant, call_id, tool, content)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (handle) DO NOTHING
                """)) {
      insert.setString(1, result.handle());
      insert.setString(2, result.tenant());
      insert.setString(3, result.callId());
      insert.setString(4, result.tool());
      insert.setBytes(5, result.content().getBytes(StandardCharsets.UTF_8));
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IOException("the result could not be kept", e);
    }
  }

  @Override
  public Optional<StoredResult> find(String handle) throws IOException {
    if (!StoredResult.isHandle(handle)) {
      return Optional.empty();
    }
    try (Connection connection = database.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT tenant, call_id, tool, content FROM executor.result WHERE handle = ?")) {
      select.setString(1, handle);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(
                new StoredResult(
                    handle,
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    new String(row.getBytes(4), StandardCharsets.UTF_8)))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IOException("the store of results can't be asked", e);
    }
  }

  @Override
  public int forget(Duration age) throws IOException {
    try (Connection connection = database.getConnection();
        PreparedStatement delete =
            connection.prepareStatement(
                """
                DELETE FROM executor.result
                WHERE stored_at < clock_timestamp() - make_interval(secs => ?)
                """)) {
      delete.setDouble(1, age.toMillis() / 1000.0);
      return delete.executeUpdate();
    } catch (SQLException e) {
      throw new IOException("old results could not be deleted", e);
    }
  }
}
