package dev.weirkeeper.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.command.OnAStack.Commands;
import dev.weirkeeper.cli.command.OnAStack.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@ExtendWith(OnAStack.class)
final class TaskCommandsTest {

  private static final String TWO_CALLS = "What is 2^32, and can you look up user u_001?";

  private final Commands commands;

  @TempDir private Path folder;

  TaskCommandsTest(Commands commands) {
    this.commands = commands;
  }

  @Test
  void a_task_is_followed_to_its_answer() {
    Ran ran = commands.weir("submit", TWO_CALLS, "--watch");

    assertThat(ran.exit()).isZero();
    assertThat(ran.out())
        .startsWith("complete  task t-")
        .contains("2^32 is 4294967296.", "4 steps, 2 model calls, calculator ×1, lookup_user ×1");
    assertThat(ran.err()).contains("step 1  asks the model", "calls calculator, calls lookup_user");
  }

  @Test
  void the_way_a_task_took_is_explained() {
    commands.weir("submit", TWO_CALLS, "--watch");

    Ran ran =
        commands.until(
            shown -> shown.out().contains("calculator > lookup_user"), "explain", "default");

    assertThat(ran.out()).startsWith("default: ").contains("complete tasks; figures are for one");
    assertThat(commands.weir("explain", "nobody").err())
        .contains("no task of agent nobody is complete");
  }

  @Test
  void an_answer_as_json_has_money_as_text_and_times_as_instants() {
    JsonNode answer = commands.weir("submit", TWO_CALLS, "--watch", "--json").json().getFirst();

    assertThat(answer.path("status").stringValue()).isEqualTo("complete");
    assertThat(answer.path("cost_usd").stringValue()).matches("0\\.\\d{9}");
    assertThat(answer.path("tool_calls").path("calculator").intValue()).isEqualTo(1);
    assertThat(answer.path("tokens").path("cache_write_5m").isIntegralNumber()).isTrue();
  }

  @Test
  void the_same_task_id_is_a_retry_that_does_nothing() {
    JsonNode first =
        commands
            .weir("submit", "What is 1 + 1?", "--id", "once", "--watch", "--json")
            .json()
            .getFirst();
    String session = first.path("session_id").stringValue();
    commands.weir("submit", "What is 1 + 1?", "--id", "once", "--session", session);
    commands.weir("submit", "What is 2 + 2?", "--session", session, "--watch");

    Ran shown = commands.weir("show", session, "--json");

    assertThat(
            shown.json().stream()
                .filter(line -> line.has("status"))
                .map(line -> line.path("task_id").stringValue())
                .distinct())
        .hasSize(2);
  }

  @Test
  void a_task_that_ends_at_a_limit_returns_one() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            "{\"task\": \"Please repeat yourself until you may not any more.\","
                + " \"limits\": {\"max_steps\": 2}}\n");

    Ran ran = commands.weir("run", file.toString());

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("max_steps_exceeded", "2 steps were used of at most 2");
  }

  @Test
  void a_line_that_can_not_be_used_is_named_and_the_others_run() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            "{\"task\": \"What is 1 + 1?\"}\n{\"tsk\": \"?\"}\n\n{\"task\": \"What is 2 + 2?\"}\n");

    Ran ran = commands.weir("run", file.toString());

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).contains("tasks.jsonl:2:", "tsk", "[1] step", "[2] step");
    assertThat(ran.out().lines().filter(line -> line.contains("complete  task"))).hasSize(2);
  }

  @Test
  void a_file_without_a_task_is_wrong_input() {
    Ran ran = commands.weir("run", folder.resolve("none.jsonl").toString());

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).startsWith("weir: the task file ").contains("none.jsonl");
  }

  @Test
  void a_session_is_shown_as_a_timeline() {
    String session = answered();

    Ran ran = commands.weir("show", session);

    assertThat(ran.exit()).isZero();
    assertThat(ran.out())
        .startsWith("task t-")
        .contains("plan     TaskSubmitted:", "→ CallTool " + session + "/1/0", "= 4 steps")
        .contains("complete  task t-");
  }

  @Test
  void a_session_nobody_knows_is_not_found() {
    Ran ran = commands.weir("show", "no-such-session");

    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.err()).contains("hold nothing of a session no-such-session");
  }

  @Test
  void a_recorded_session_replays_to_the_same_decisions() {
    Ran ran = commands.weir("replay", answered());

    assertThat(ran.exit()).as(ran.toString()).isZero();
  }

  @Test
  void watching_ends_after_the_time_given() {
    Ran ran = commands.weir("watch", "--for", "500ms");

    assertThat(ran.exit()).isZero();
    assertThat(ran.err()).contains("watching agent.events");
  }

  @Test
  void a_cancel_says_what_the_planner_made_of_it() {
    String call = commands.waitingCall();
    String session = call.substring(0, call.indexOf('/'));

    Ran cancelled = commands.weir("cancel", session, "--reason", "changed my mind", "--as", "ann");
    Ran again = commands.weir("cancel", session);

    assertThat(cancelled.exit()).isZero();
    assertThat(cancelled.out()).contains("the planner: ", "ann cancelled it: changed my mind");
    assertThat(again.out()).contains("the planner: nothing to cancel");
  }

  @Test
  void a_paused_session_makes_no_new_call_until_it_is_resumed() {
    String session = answered();

    assertThat(commands.weir("pause", session).out()).contains("pause written", "the planner: ");
    commands.weir("submit", "What is 3 + 4?", "--session", session, "--id", "later");
    assertThat(commands.weir("resume", session).out()).contains("resume written", "the planner: ");
    Ran shown = commands.until(ran -> ran.out().contains("complete  task later"), "show", session);

    assertThat(shown.out()).contains("complete  task later");
  }

  @Test
  void a_cluster_can_be_named_by_a_file() throws IOException {
    StringBuilder settings = new StringBuilder();
    commands
        .address()
        .forEach((key, value) -> settings.append(key).append('=').append(value).append('\n'));
    Path file = Files.writeString(folder.resolve("cluster.properties"), settings);

    Ran ran = commands.elsewhere("topics", "list", "--config", file.toString(), "--json");

    assertThat(ran.exit()).isZero();
    assertThat(ran.json())
        .extracting(line -> line.path("topic").stringValue())
        .contains("agent.tasks");
  }

  private String answered() {
    List<JsonNode> answer = commands.weir("submit", TWO_CALLS, "--watch", "--json").json();
    return answer.getFirst().path("session_id").stringValue();
  }
}
