package dev.weirkeeper.system.workload;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * The world that tools change: tables in PostgreSQL. Every change leaves a row in {@code
 * world.effect}, however it came about, so that a second one for the same call can be seen.
 *
 * <p>Thread-safe: each change has a connection of its own.
 */
final class World {

  private final String url;

  World(String url) {
    this.url = url;
  }

  /** Creates what is missing. */
  static void create(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE SCHEMA IF NOT EXISTS world;
          CREATE TABLE IF NOT EXISTS world.effect (
            id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tool      text NOT NULL,
            call_id   text NOT NULL,
            arguments text NOT NULL,
            at        timestamptz NOT NULL DEFAULT clock_timestamp());
          CREATE INDEX IF NOT EXISTS effect_call ON world.effect (call_id);
          CREATE TABLE IF NOT EXISTS world.used_key (key text PRIMARY KEY);
          CREATE TABLE IF NOT EXISTS world.account (
            name    text PRIMARY KEY,
            balance bigint NOT NULL);
          """);
    }
  }

  /** Changes the world once more, whether or not the same call has before. */
  void change(String tool, String callId, String arguments) throws SQLException {
    try (Connection connection = connect()) {
      insert(connection, tool, callId, arguments);
    }
  }

  /**
   * Adds to an account, unless the key was used before: what a service does that honours
   * idempotency keys.
   *
   * @return the balance afterwards
   */
  long credit(String key, String account, long amount, String arguments) throws SQLException {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      try (PreparedStatement use =
          connection.prepareStatement(
              "INSERT INTO world.used_key VALUES (?) ON CONFLICT DO NOTHING")) {
        use.setString(1, key);
        if (use.executeUpdate() == 1) {
          insert(connection, "credit", key, arguments);
          add(connection, account, amount);
        }
      }
      long balance = balance(connection, account);
      connection.commit();
      return balance;
    }
  }

  /** Whether a call has changed the world. */
  boolean changed(String tool, String callId) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT FROM world.effect WHERE tool = ? AND call_id = ?")) {
      select.setString(1, tool);
      select.setString(2, callId);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private static void add(Connection connection, String account, long amount) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            INSERT INTO world.account VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET balance = world.account.balance + excluded.balance
            """)) {
      update.setString(1, account);
      update.setLong(2, amount);
      update.executeUpdate();
    }
  }

  private static long balance(Connection connection, String account) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT balance FROM world.account WHERE name = ?")) {
      select.setString(1, account);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  private static void insert(Connection connection, String tool, String callId, String arguments)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO world.effect (tool, call_id, arguments) VALUES (?, ?, ?)")) {
      insert.setString(1, tool);
      insert.setString(2, callId);
      insert.setString(3, arguments);
      insert.executeUpdate();
    }
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "20");
    return DriverManager.getConnection(url, properties);
  }
}
