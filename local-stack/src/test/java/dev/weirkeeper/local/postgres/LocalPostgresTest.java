package dev.weirkeeper.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresTest {

  @TempDir Path home;

  @Test
  void rows_survive_a_restart_and_a_second_server_on_the_directory_is_refused() throws Exception {
    try (LocalPostgres first = LocalPostgres.start(home, 0)) {
      String url = first.createDatabase("ledger");
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE line (amount bigint)");
        statement.execute("INSERT INTO line VALUES (42)");
      }
      assertThatThrownBy(() -> LocalPostgres.start(home, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another running process uses");
    }

    try (LocalPostgres second = LocalPostgres.start(home, 0);
        Connection connection = DriverManager.getConnection(second.createDatabase("ledger"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT amount, version() FROM line")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getLong(1)).isEqualTo(42);
      assertThat(rows.getString(2)).startsWith("PostgreSQL 18");
    }
  }

  @Test
  void a_server_left_behind_by_a_killed_process_is_replaced_and_its_rows_stay() throws Exception {
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                PostgresHolder.class.getName(),
                home.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String url = firstReady(holder);
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE line AS SELECT 42::bigint AS amount");
    }

    holder.destroyForcibly().waitFor();

    try (LocalPostgres next = LocalPostgres.start(home, 0);
        Connection connection = DriverManager.getConnection(next.createDatabase("ledger"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT amount FROM line")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getLong(1)).isEqualTo(42);
    }
  }

  @Test
  void an_odd_database_name_is_refused() {
    try (LocalPostgres server = LocalPostgres.start(home, 0)) {
      assertThatThrownBy(() -> server.createDatabase("a; DROP TABLE b"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("lower-case letters");
    }
  }

  private static String firstReady(Process holder) throws IOException {
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(PostgresHolder.READY)) {
          return line.substring(PostgresHolder.READY.length());
        }
      }
    }
    throw new AssertionError("the process that holds the server ended early");
  }
}
