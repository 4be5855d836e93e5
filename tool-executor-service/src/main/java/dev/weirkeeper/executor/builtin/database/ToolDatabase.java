package dev.weirkeeper.executor.builtin.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The tools' database. Opening it needs no server: the schema is brought up to date when the
 * database is first used, and a call that finds it down fails in a way that is worth a retry.
 * Thread-safe.
 */
public final class ToolDatabase implements AutoCloseable {
  private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(5);
  private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(5);

  private final DatabaseConfig config;
  private final HikariDataSource pool;
  private final ReentrantLock migration = new ReentrantLock();
  private volatile boolean ready;

  /** Work on one connection, inside one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Work that leaves the database prepared for something. */
  @FunctionalInterface
  public interface SetUp {
    void in(Connection connection) throws SQLException;
  }

  private ToolDatabase(DatabaseConfig config, HikariDataSource pool) {
    this.config = config;
    this.pool = pool;
  }

  /**
   * The database of these settings.
   *
   * @throws IllegalArgumentException if they name none
   */
  public static ToolDatabase open(DatabaseConfig config) {
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("tools");
    settings.setJdbcUrl(
        config
            .url()
            .orElseThrow(() -> new IllegalArgumentException(DatabaseConfig.URL + " is not set")));
    config.user().ifPresent(settings::setUsername);
    config.password().ifPresent(password -> settings.setPassword(password.reveal()));
    settings.setSchema(config.schema());
    settings.setMaximumPoolSize(config.connections());
    settings.setMinimumIdle(0);
    settings.setInitializationFailTimeout(-1);
    settings.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
    settings.setAutoCommit(false);
    settings.addDataSourceProperty("ApplicationName", "weirkeeper-tools");
    settings.addDataSourceProperty("connectTimeout", WAIT_FOR_CONNECTION.toSeconds());
    return new ToolDatabase(config, new HikariDataSource(settings));
  }

  /** JDBC URL of the database. It may name a user, who is its owner. */
  public String url() {
    return pool.getJdbcUrl();
  }

  /** The schema of the tools' tables. */
  public String schema() {
    return config.schema();
  }

  /**
   * Reads in a read-only transaction, no longer than the call has time.
   *
   * @throws ToolFailure if the database can't answer
   */
  public <T> T read(ToolContext context, Work<T> work) {
    try (Connection connection = connection(context)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET TRANSACTION READ ONLY");
      }
      T result = work.in(connection);
      connection.rollback();
      return result;
    } catch (SQLException e) {
      throw SqlFailures.ofRead(e);
    }
  }

  /**
   * Changes in one transaction, no longer than the call has time.
   *
   * @throws ToolFailure if the database refuses, or breaks off and nobody knows
   */
  public <T> T write(ToolContext context, Work<T> work) {
    Connection opened;
    try {
      opened = connection(context);
    } catch (SQLException e) {
      throw SqlFailures.ofRead(e);
    }
    // The pool rolls back what was not committed when the connection returns to it.
    try (Connection connection = opened) {
      T result = work.in(connection);
      connection.commit();
      return result;
    } catch (SQLException e) {
      throw SqlFailures.ofWrite(e);
    }
  }

  /**
   * Sets something up as the owner of the schema, in one transaction and without a time limit.
   *
   * @throws ToolFailure if the database can't be reached
   */
  public void setUp(SetUp work) throws SQLException {
    prepare();
    try (Connection connection = pool.getConnection()) {
      work.in(connection);
      connection.commit();
    }
  }

  /**
   * Brings the schema up to date now rather than at first use.
   *
   * @throws ToolFailure if the database can't be reached or the schema can't be brought up to date
   */
  public void prepare() {
    if (ready) {
      return;
    }
    migration.lock();
    try {
      if (!ready) {
        migrate();
        ready = true;
      }
    } finally {
      migration.unlock();
    }
  }

  private Connection connection(ToolContext context) throws SQLException {
    prepare();
    Connection connection = pool.getConnection();
    try (Statement statement = connection.createStatement()) {
      long millis = Math.clamp(context.timeLeft().toMillis(), 1, LONGEST_STATEMENT.toMillis());
      statement.execute("SET LOCAL statement_timeout = " + millis);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private void migrate() {
    try {
      Flyway.configure()
          .dataSource(pool)
          .schemas(config.schema())
          .defaultSchema(config.schema())
          .createSchemas(true)
          .table("schema_history")
          .locations("classpath:dev/weirkeeper/executor/builtin/database/migration")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw ToolFailure.retry("the tools' database is not available or not up to date").because(e);
    }
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      if (config.demoData()) {
        statement.execute(demoData());
      }
      statement.execute("DELETE FROM effects WHERE at < now() - interval '30 days'");
      connection.commit();
    } catch (SQLException e) {
      throw SqlFailures.ofRead(e);
    }
  }

  private static String demoData() {
    try (InputStream stream = ToolDatabase.class.getResourceAsStream("demo.sql")) {
      return new String(
          Objects.requireNonNull(stream, "demo.sql is part of this jar").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("demo.sql of this jar can't be read", e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
