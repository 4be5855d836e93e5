package dev.weirkeeper.executor.builtin.sql;

import dev.weirkeeper.executor.builtin.database.SqlFailures;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * A database role that runs the statements of models. Every connection is a new one, and none is
 * handed out before the role's rights have been looked at. Thread-safe.
 */
final class SqlRole {
  private static final Duration AUDIT_EVERY = Duration.ofMinutes(5);
  private static final String MAX_RESULT_BYTES = "16M";
  private static final long ROLES_LOCK = 0x7765_6972_726f_6c65L;

  /** What a role is for. */
  enum Purpose {
    READ,
    WRITE
  }

  private final ToolDatabase database;
  private final SqlConfig.Login login;
  private final Purpose purpose;
  private final boolean create;
  private final ReentrantLock auditing = new ReentrantLock();
  private boolean created;
  private @Nullable Instant audited;

  SqlRole(ToolDatabase database, SqlConfig.Login login, Purpose purpose, boolean create) {
    this.database = database;
    this.login = login;
    this.purpose = purpose;
    this.create = create;
  }

  /**
   * A new connection of this role, in a transaction whose statements are bounded in time. A
   * reader's is read-only. Closing it undoes what was not committed.
   *
   * @throws ToolFailure if the role has too many rights, or the database can't be reached
   */
  Connection connect(ToolContext context) {
    try {
      createOnce();
      Connection connection = open(context);
      try {
        audit(connection);
        return connection;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw SqlFailures.ofRead(e);
    }
  }

  private Connection open(ToolContext context) throws SQLException {
    long millis = Math.clamp(context.timeLeft().toMillis(), 1, login.timeout().toMillis());
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.url());
    // After the URL, which may name the owner.
    source.setUser(login.user());
    source.setPassword(login.password().map(secret -> secret.reveal()).orElse(""));
    source.setApplicationName("weirkeeper-sql-" + (purpose == Purpose.READ ? "query" : "write"));
    source.setPreferQueryMode(PreferQueryMode.EXTENDED);
    source.setMaxResultBuffer(MAX_RESULT_BYTES);
    source.setConnectTimeout(5);
    source.setSocketTimeout((int) login.timeout().plusSeconds(5).toSeconds());
    source.setOptions(
        "-c statement_timeout="
            + millis
            + " -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
            + (purpose == Purpose.READ ? " -c default_transaction_read_only=on" : ""));
    Connection connection = source.getConnection();
    try {
      connection.setReadOnly(purpose == Purpose.READ);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private void audit(Connection connection) throws SQLException {
    auditing.lock();
    try {
      Instant now = Instant.now();
      if (audited != null && now.isBefore(audited.plus(AUDIT_EVERY))) {
        return;
      }
      Optional<String> excess =
          switch (purpose) {
            case READ -> RoleAudit.excessOfReader(connection);
            case WRITE -> RoleAudit.excessOfWriter(connection, login.schemas());
          };
      connection.rollback();
      if (excess.isPresent()) {
        throw ToolFailure.of(
                "the database role of this tool has more rights than it should: it " + excess.get())
            .hint("this needs a person: the role's rights have to be reduced");
      }
      audited = now;
    } finally {
      auditing.unlock();
    }
  }

  private void createOnce() throws SQLException {
    if (!create) {
      return;
    }
    auditing.lock();
    try {
      if (!created) {
        database.setUp(this::createRole);
        created = true;
      }
    } finally {
      auditing.unlock();
    }
  }

  private void createRole(Connection owner) throws SQLException {
    try (Statement statement = owner.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + ROLES_LOCK + ")");
      statement.execute(
          format(
              owner,
              exists(owner)
                  ? "ALTER ROLE %I LOGIN PASSWORD %L"
                  : "CREATE ROLE %I LOGIN PASSWORD %L",
              login.user(),
              login.password().map(secret -> secret.reveal()).orElse(null)));
      grant(owner, statement);
    }
  }

  private void grant(Connection owner, Statement statement) throws SQLException {
    String user = login.user();
    String rights = purpose == Purpose.READ ? "SELECT" : "SELECT, INSERT, UPDATE, DELETE";
    if (purpose == Purpose.READ) {
      statement.execute(
          format(owner, "ALTER ROLE %I SET default_transaction_read_only = on", user));
    } else {
      statement.execute(format(owner, "GRANT USAGE ON SCHEMA %I TO %I", database.schema(), user));
      statement.execute(
          format(
              owner,
              "GRANT EXECUTE ON FUNCTION %1$I.claim_effect(text), %1$I.complete_effect(text, text)"
                  + " TO %2$I",
              database.schema(),
              user));
    }
    for (String schema : login.schemas()) {
      statement.execute(format(owner, "GRANT USAGE ON SCHEMA %I TO %I", schema, user));
      if (schema.equals(database.schema())) {
        // What the tools remember for themselves stays out of reach.
        statement.execute(
            format(
                owner, "GRANT " + rights + " ON %1$I.users, %1$I.tickets TO %2$I", schema, user));
        if (purpose == Purpose.WRITE) {
          statement.execute(
              format(owner, "GRANT USAGE ON SEQUENCE %I.ticket_numbers TO %I", schema, user));
        }
        continue;
      }
      statement.execute(
          format(owner, "GRANT " + rights + " ON ALL TABLES IN SCHEMA %I TO %I", schema, user));
      statement.execute(
          format(
              owner,
              "ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT " + rights + " ON TABLES TO %I",
              schema,
              user));
      if (purpose == Purpose.WRITE) {
        statement.execute(
            format(owner, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I", schema, user));
      }
    }
  }

  private boolean exists(Connection owner) throws SQLException {
    try (PreparedStatement query =
        owner.prepareStatement("SELECT 1 FROM pg_roles WHERE rolname = ?")) {
      query.setString(1, login.user());
      return query.executeQuery().next();
    }
  }

  /** A statement with names and literals filled in and quoted by the server. */
  private static String format(Connection owner, String template, @Nullable String... values)
      throws SQLException {
    try (PreparedStatement query = owner.prepareStatement("SELECT format(?, VARIADIC ?::text[])")) {
      query.setString(1, template);
      query.setArray(2, owner.createArrayOf("text", values));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  /** Schemas that this role works in. */
  List<String> schemas() {
    return login.schemas();
  }

  int maxRows() {
    return login.maxRows();
  }
}
