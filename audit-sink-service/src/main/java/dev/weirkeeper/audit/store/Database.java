package dev.weirkeeper.audit.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit store. Opening it does not connect yet, so a service can start while PostgreSQL is
 * still away.
 *
 * <p>Thread-safe. Connections come from a pool and go back to it on close.
 */
public final class Database implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final int LEAST_VERSION = 180000;

  private final HikariDataSource pool;
  private final String schema;

  private Database(HikariDataSource pool, String schema) {
    this.pool = pool;
    this.schema = schema;
  }

  /** Prepares the pool; the first use connects. */
  public static Database open(PostgresConfig config) {
    return new Database(
        new HikariDataSource(hikari("audit", config, "SET jit = off")), config.schema());
  }

  /**
   * Prepares a pool for questions only: its connections write nothing and give up a statement that
   * takes too long.
   *
   * @param limit longest statement
   */
  public static Database reading(PostgresConfig config, Duration limit) {
    return new Database(
        new HikariDataSource(
            hikari(
                "audit-questions",
                config,
                "SET jit = off; SET default_transaction_read_only = on; SET statement_timeout = "
                    + limit.toMillis())),
        config.schema());
  }

  private static HikariConfig hikari(String name, PostgresConfig config, String initially) {
    HikariConfig hikari = new HikariConfig();
    hikari.setPoolName(name);
    hikari.setJdbcUrl(config.url());
    config.user().ifPresent(hikari::setUsername);
    config.password().ifPresent(secret -> hikari.setPassword(secret.reveal()));
    hikari.setMaximumPoolSize(config.connections());
    hikari.setMinimumIdle(0);
    hikari.setIdleTimeout(Duration.ofMinutes(1).toMillis());
    hikari.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
    hikari.setInitializationFailTimeout(-1);
    hikari.setConnectionInitSql(
        "SET search_path TO " + config.schema() + "; SET TIME ZONE 'UTC'; " + initially);
    hikari.addDataSourceProperty("ApplicationName", "weirkeeper-audit-sink");
    hikari.addDataSourceProperty("connectTimeout", "5");
    hikari.addDataSourceProperty("socketTimeout", "120");
    hikari.addDataSourceProperty("tcpKeepAlive", "true");
    hikari.addDataSourceProperty("reWriteBatchedInserts", "true");
    return hikari;
  }

  /**
   * Brings the schema to this release's version. Several instances may do so at once.
   *
   * @throws SQLException if PostgreSQL can't be reached or is too old, or the schema can't be
   *     brought there; trying again later is safe
   */
  public void migrate() throws SQLException {
    try (Connection connection = connection()) {
      int version = version(connection);
      if (version < LEAST_VERSION) {
        throw new SQLException(
            "PostgreSQL %d is too old for the audit store: version 18 or later is needed"
                .formatted(version / 10000));
      }
    }
    try {
      var result =
          Flyway.configure()
              .dataSource(pool)
              .schemas(schema)
              .defaultSchema(schema)
              .createSchemas(true)
              .locations("classpath:db/audit")
              .load()
              .migrate();
      if (result.migrationsExecuted > 0) {
        log.info(
            "audit store is at version {} after {} migrations",
            result.targetSchemaVersion,
            result.migrationsExecuted);
      }
    } catch (FlywayException e) {
      throw new SQLException("the audit store's schema can't be brought up to date: " + e, e);
    }
  }

  /** A connection with auto-commit on; close it to give it back. */
  public Connection connection() throws SQLException {
    return pool.getConnection();
  }

  /** What went wrong, in the server's words rather than the pool's. */
  public static String reason(SQLException e) {
    Throwable cause = e.getCause();
    return e instanceof SQLTransientConnectionException && cause != null
        ? String.valueOf(cause.getMessage())
        : String.valueOf(e.getMessage());
  }

  /** The pool, for libraries that want one. */
  public DataSource dataSource() {
    return pool;
  }

  /** The schema that holds everything. */
  public String schema() {
    return schema;
  }

  /** True if a connection can be had and answers now. */
  public boolean reachable() {
    try (Connection connection = connection()) {
      return connection.isValid(2);
    } catch (SQLException e) {
      log.debug("audit store can't be reached", e);
      return false;
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SHOW server_version_num")) {
      result.next();
      return Integer.parseInt(result.getString(1));
    }
  }
}
