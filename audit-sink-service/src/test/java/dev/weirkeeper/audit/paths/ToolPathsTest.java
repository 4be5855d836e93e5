package dev.weirkeeper.audit.paths;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.paths.ToolPaths.Advice;
import dev.weirkeeper.audit.paths.ToolPaths.Agent;
import dev.weirkeeper.audit.paths.ToolPaths.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SinkTest
final class ToolPathsTest {

  private static final Instant DAY = Instant.parse("2026-11-02T00:00:00Z");
  private static final Instant NEXT = Instant.parse("2026-11-03T00:00:00Z");

  private Surroundings around;
  private int tasks;

  @BeforeEach
  void make_the_store() throws SQLException {
    around = new Surroundings(1);
    var sink = around.sink();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> sink.ready().getFirst().waitingFor().isEmpty());
  }

  @AfterEach
  void leave() {
    around.close();
  }

  @Test
  void an_agent_that_always_goes_one_way_is_better_a_pipeline() throws SQLException {
    for (int i = 0; i < 19; i++) {
      task("support", "complete", "lookup_user", "search_tickets");
    }
    task("support", "complete", "search_tickets");
    task("support", "failed", "delete_record");

    Agent agent = agent("support");

    assertThat(agent.tasks()).isEqualTo(20);
    assertThat(agent.advice()).isEqualTo(Advice.PIPELINE);
    // Three model calls of 100 nano-dollars and 10 ms each; the last of them words the answer.
    assertThat(agent.paths().getFirst())
        .isEqualTo(
            new Path(List.of("lookup_user", "search_tickets"), 19, 57, 5_700, 570, 3_800, 380));
    assertThat(agent.paths().get(1).tools()).containsExactly("search_tickets");
  }

  @Test
  void one_that_never_calls_a_tool_is_a_single_call() throws SQLException {
    for (int i = 0; i < 20; i++) {
      task("poet", "complete");
    }

    assertThat(agent("poet").advice()).isEqualTo(Advice.SINGLE_CALL);
    assertThat(agent("poet").paths())
        .containsExactly(new Path(List.of(), 20, 20, 2_000, 200, 0, 0));
  }

  @Test
  void one_that_decides_stays_an_agent_and_few_tasks_say_nothing() throws SQLException {
    for (int i = 0; i < 10; i++) {
      task("free", "complete", "a", "b");
      task("free", "complete", "b", "a");
      task("few", "complete", "a");
    }

    assertThat(agent("free").advice()).isEqualTo(Advice.AGENT);
    assertThat(agent("free").paths()).hasSize(2);
    assertThat(agent("few").advice()).isEqualTo(Advice.TOO_FEW);
  }

  @Test
  void only_the_time_that_is_asked_for_counts() throws SQLException {
    task("support", "complete", "a");

    try (Connection connection = around.connection()) {
      assertThat(ToolPaths.of(connection, Optional.empty(), DAY, NEXT)).hasSize(1);
      assertThat(ToolPaths.of(connection, Optional.empty(), NEXT, NEXT.plusSeconds(60))).isEmpty();
      assertThat(ToolPaths.of(connection, Optional.of("other"), DAY, NEXT)).isEmpty();
    }
  }

  private Agent agent(String name) throws SQLException {
    try (Connection connection = around.connection()) {
      return ToolPaths.of(connection, Optional.of(name), DAY, NEXT).getFirst();
    }
  }

  /** A task with a model call before each tool call and one after the last. */
  private void task(String agent, String status, String... tools) throws SQLException {
    String session = "s" + ++tasks;
    try (Connection connection = around.connection();
        Statement insert = connection.createStatement()) {
      insert.execute(
          "INSERT INTO task (session_id, task_id, agent, status, last_event_at)"
              + " VALUES ('%s', 't', '%s', '%s', '2026-11-02T09:00:00Z')"
                  .formatted(session, agent, status));
      for (int turn = 1; turn <= tools.length + 1; turn++) {
        insert.execute(
            "INSERT INTO model_call (call_id, session_id, task_id, turn, attempt,"
                + " settled_nano_usd, duration_ms) VALUES ('%1$s/%2$d/m1', '%1$s', 't', %2$d, 1, 100, 10)"
                    .formatted(session, turn));
      }
      for (int turn = 1; turn <= tools.length; turn++) {
        insert.execute(
            "INSERT INTO tool_call (call_id, session_id, task_id, turn, index, tool, call_offset)"
                + " VALUES ('%1$s/%2$d/0', '%1$s', 't', %2$d, 0, '%3$s', 1)"
                    .formatted(session, turn, tools[turn - 1]));
      }
    }
  }
}
