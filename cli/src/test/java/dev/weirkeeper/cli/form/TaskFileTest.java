package dev.weirkeeper.cli.form;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.Task;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TaskFileTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void a_task_alone_gets_ids_and_defaults() {
    Task task = read("{\"task\": \"add 1 and 2\"}").request().toTask(NOW);
    assertThat(task.getText()).isEqualTo("add 1 and 2");
    assertThat(task.getAgent()).isEqualTo("default");
    assertThat(task.getTenant()).isEqualTo("default");
    assertThat(task.getTaskId()).startsWith("t-").isNotEqualTo(task.getSessionId());
    assertThat(task.getSessionId()).startsWith("s-");
    assertThat(task.getLimits()).isNull();
    assertThat(task.getSubmittedAt()).isEqualTo(NOW);
  }

  @Test
  void every_field_reaches_the_record() {
    Task task =
        read("""
                {"task":"x","id":"t1","session":"s1","agent":"support","agent_version":"3","tenant":"acme",\
                "subject":"u_001","metadata":{"order":"7"},"limits":{"max_steps":5,"max_tokens":1000,\
                "max_cost_usd":0.05,"max_session_cost_usd":"1.5","max_duration":"30s","max_idle":"2m",\
                "max_calls_per_tool":{"*":3,"send_email":0},"max_parallel_calls":2,"max_identical_calls":2,\
                "max_output_tokens":500,"approval_timeout":"1h"}}""")
            .request()
            .toTask(NOW);
    assertThat(task.getTaskId()).isEqualTo("t1");
    assertThat(task.getSessionId()).isEqualTo("s1");
    assertThat(task.getAgent()).isEqualTo("support");
    assertThat(task.getAgentVersion()).isEqualTo("3");
    assertThat(task.getTenant()).isEqualTo("acme");
    assertThat(task.getSubject()).isEqualTo("u_001");
    assertThat(task.getMetadata()).containsEntry("order", "7");
    assertThat(task.getLimits().getMaxSteps()).isEqualTo(5);
    assertThat(task.getLimits().getMaxTokens()).isEqualTo(1000);
    assertThat(task.getLimits().getMaxCostNanoUsd()).isEqualTo(50_000_000);
    assertThat(task.getLimits().getMaxSessionCostNanoUsd()).isEqualTo(1_500_000_000);
    assertThat(task.getLimits().getMaxDurationMs()).isEqualTo(30_000);
    assertThat(task.getLimits().getMaxIdleMs()).isEqualTo(120_000);
    assertThat(task.getLimits().getMaxCallsPerTool())
        .containsEntry("*", 3)
        .containsEntry("send_email", 0);
    assertThat(task.getLimits().getMaxParallelCalls()).isEqualTo(2);
    assertThat(task.getLimits().getMaxIdenticalCalls()).isEqualTo(2);
    assertThat(task.getLimits().getMaxOutputTokens()).isEqualTo(500);
    assertThat(task.getLimits().getApprovalTimeoutMs()).isEqualTo(3_600_000);
  }

  @Test
  void a_bad_line_is_reported_with_its_number_and_the_rest_is_read() {
    List<TaskLine> lines =
        TaskFile.read(
            List.of(
                "# tasks of today",
                "{\"task\": \"one\"}",
                "not json",
                "",
                "{\"session\": \"s\"}",
                "{\"task\": \"two\", \"agnet\": \"x\"}",
                "{\"task\": \"three\"}"));
    assertThat(lines).extracting(TaskLine::number).containsExactly(2, 3, 5, 6, 7);
    assertThat(lines.get(0)).isInstanceOf(TaskLine.Read.class);
    assertThat(lines.get(1))
        .isInstanceOfSatisfying(
            TaskLine.Refused.class,
            refused -> assertThat(refused.problems().getFirst()).startsWith("not JSON: "));
    assertThat(lines.get(2))
        .isEqualTo(new TaskLine.Refused(5, List.of("task is missing: give it as text")));
    assertThat(lines.get(3))
        .isEqualTo(new TaskLine.Refused(6, List.of("agnet is not known: perhaps agent was meant")));
    assertThat(lines.get(4)).isInstanceOf(TaskLine.Read.class);
  }

  @Test
  void every_problem_of_a_line_is_reported() {
    assertThat(
            refused(
                "{\"task\": 7, \"session\": \"\", \"limits\": {\"max_steps\": 0, \"max_cost_usd\": \"0.0000000001\", \"max_duration\": 30, \"speed\": 1}}"))
        .containsExactly(
            "task: expected text, found 7",
            "session: expected text that is not blank, found \"\"",
            "limits.max_steps: expected a whole number of 1 or more, found 0",
            "limits.max_cost_usd: expected US dollars of at least 0 with at most 9 decimals, such as 0.05, found \"0.0000000001\"",
            "limits.max_duration: expected a time with its unit (ms, s, m, h or d), such as 30s, found 30",
            "limits.speed is not known: known are approval_timeout, max_calls_per_tool, max_cost_usd, max_duration, max_identical_calls, max_idle, max_output_tokens, max_parallel_calls, max_session_cost_usd, max_steps, max_tokens");
  }

  @Test
  void a_line_with_anything_but_one_object_is_refused() {
    assertThat(refused("[1]"))
        .containsExactly("expected an object with named fields, found a list");
    assertThat(refused("{\"task\":\"a\"} {\"task\":\"b\"}").getFirst()).startsWith("not JSON: ");
    assertThat(refused("{\"task\":\"a\",\"task\":\"b\"}").getFirst()).startsWith("not JSON: ");
  }

  private static TaskLine.Read read(String line) {
    return (TaskLine.Read) TaskFile.read(List.of(line)).getFirst();
  }

  private static List<String> refused(String line) {
    return ((TaskLine.Refused) TaskFile.read(List.of(line)).getFirst()).problems();
  }
}
