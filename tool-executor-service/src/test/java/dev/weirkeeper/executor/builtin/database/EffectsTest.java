package dev.weirkeeper.executor.builtin.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolTrial;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class EffectsTest {
  private static final ToolDatabase DATABASE = ToolDatabase.open(SharedPostgres.demo("effects"));

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  /** Adds a user, counting its runs; can be told to die before it commits. */
  static final class Counter {
    final AtomicInteger runs = new AtomicInteger();
    boolean dies;

    record Input(String name) {}

    @Tool(name = "add", description = "Adds a user.", idempotent = true)
    String add(Input input, ToolContext context) {
      return DATABASE.write(
          context,
          connection -> {
            String result =
                Effects.once(
                    connection,
                    DATABASE.schema(),
                    context,
                    inside -> {
                      runs.incrementAndGet();
                      execute(
                          inside,
                          "INSERT INTO users (user_id, name, email) VALUES ('"
                              + input.name()
                              + "', 'x', '"
                              + input.name()
                              + "@x')");
                      return "added " + input.name();
                    });
            if (dies) {
              throw new SQLException("gone", "08006");
            }
            return result;
          });
    }
  }

  @Test
  void a_repeated_key_changes_nothing_and_gets_the_first_result() throws Exception {
    Counter counter = new Counter();
    ToolTrial trial = ToolTrial.of(counter);

    String first = trial.call("add", "{\"name\":\"a1\"}", "s/1/0");
    String second = trial.call("add", "{\"name\":\"a2\"}", "s/1/0");

    assertThat(second).isEqualTo(first).isEqualTo("added a1");
    assertThat(counter.runs).hasValue(1);
  }

  @Test
  void a_change_that_did_not_commit_is_made_by_the_next_run() throws Exception {
    Counter counter = new Counter();
    ToolTrial trial = ToolTrial.of(counter);
    counter.dies = true;
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("add", "{\"name\":\"b1\"}", "s/2/0"))
        .satisfies(failure -> assertThat(failure.code().name()).isEqualTo("OUTCOME_UNKNOWN"));
    counter.dies = false;

    assertThat(trial.call("add", "{\"name\":\"b1\"}", "s/2/0")).isEqualTo("added b1");
    assertThat(counter.runs).hasValue(2);
  }

  @Test
  void runs_at_the_same_time_make_one_change() throws Exception {
    Counter counter = new Counter();
    ToolTrial trial = ToolTrial.of(counter);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls =
          IntStream.range(0, 4)
              .<Callable<String>>mapToObj(
                  n -> () -> trial.call("add", "{\"name\":\"c1\"}", "s/3/0"))
              .toList();
      for (Future<String> result : threads.invokeAll(calls)) {
        assertThat(result.get()).isEqualTo("added c1");
      }
    }
    assertThat(counter.runs).hasValue(1);
  }

  @Test
  void a_transaction_can_claim_no_second_key() {
    Counter counter = new Counter();
    ToolTrial trial = ToolTrial.of(counter);
    String forging = "{\"name\":\"d1', (tools.claim_effect('other/1/0')).stored, 'd1@x') --\"}";

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("add", forging, "s/4/0"));
    assertThat(count("SELECT count(*) FROM tools.effects WHERE idempotency_key LIKE 'other%'"))
        .isZero();
  }

  private static int count(String sql) {
    try (Connection connection =
            java.sql.DriverManager.getConnection(SharedPostgres.url("effects"));
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
