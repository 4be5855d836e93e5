package dev.weirkeeper.system.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.local.rehearsal.BenchModel;
import dev.weirkeeper.system.bench.Books.Ledger;
import dev.weirkeeper.system.bench.ModelProcess.Count;
import dev.weirkeeper.system.bench.SessionDriver.Ended;
import dev.weirkeeper.system.bench.SessionDriver.Outcome;
import dev.weirkeeper.wire.AuditRef;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChecksTest {

  private static final Workload ONE = new Workload(1, 1, 0, 2, 0, Duration.ZERO);
  private static final Count COUNTED = new Count(3, 90, 60);
  private static final Ledger LEDGER = new Ledger(18, 1, 3, 2, 0, 90, 60, 700);

  @Test
  void a_run_in_which_all_adds_up_has_no_problems() {
    assertThat(Checks.problems(ONE, outcome(good()), COUNTED, LEDGER)).isEmpty();
  }

  @Test
  void a_wrong_answer_is_found() {
    assertThat(
            Checks.problems(
                ONE, outcome(TaskResult.newBuilder(good()).setText("?").build()), COUNTED, LEDGER))
        .singleElement()
        .asString()
        .startsWith("session s ended COMPLETE");
  }

  @Test
  void a_task_that_failed_is_found() {
    TaskResult failed = TaskResult.newBuilder(good()).setStatus(TaskStatus.FAILED).build();

    assertThat(Checks.problems(ONE, outcome(failed), COUNTED, LEDGER))
        .singleElement()
        .asString()
        .startsWith("session s ended FAILED (because)");
  }

  @Test
  void a_step_too_many_is_found() {
    TaskResult more = TaskResult.newBuilder(good()).setSteps(6).build();

    assertThat(Checks.problems(ONE, outcome(more), COUNTED, LEDGER))
        .containsExactly("session s took 6 steps, 3 model calls and the tool calls {echo=2}");
  }

  @Test
  void a_second_result_is_found() {
    Outcome twice = new Outcome(List.of(new Ended(good(), 1)), 1, 1);

    assertThat(Checks.problems(ONE, twice, COUNTED, LEDGER))
        .containsExactly("second results: 1, should be 0");
  }

  @Test
  void a_ledger_that_differs_from_the_model_servers_count_is_found() {
    Ledger off = new Ledger(17, 0, 2, 1, 1, 89, 59, 699);

    assertThat(Checks.problems(ONE, outcome(good()), COUNTED, off))
        .containsExactly(
            "records in the audit store: 17, should be 18",
            "results in the audit store: 0, should be 1",
            "model calls in the ledger: 2, should be 3",
            "tool calls in the ledger: 1, should be 2",
            "calls in the ledger that do not add up: 1, should be 0",
            "input tokens in the ledger: 89, should be 90",
            "output tokens in the ledger: 59, should be 60",
            "nano-dollars in the ledger: 699, should be 700");
  }

  @Test
  void a_call_the_model_server_did_not_expect_is_found() {
    assertThat(Checks.problems(ONE, outcome(good()), new Count(4, 90, 60), LEDGER))
        .containsExactly(
            "calls that the model server counted: 4, should be 3",
            "model calls in the ledger: 3, should be 4");
  }

  private static Outcome outcome(TaskResult result) {
    return new Outcome(List.of(new Ended(result, 1)), 1, 0);
  }

  private static TaskResult good() {
    return TaskResult.newBuilder()
        .setTaskId("s-task")
        .setSessionId("s")
        .setStatus(TaskStatus.COMPLETE)
        .setWhy("because")
        .setText(BenchModel.FINAL_TEXT)
        .setSteps(5)
        .setModelCalls(3)
        .setToolCalls(Map.of(EchoTool.NAME, 2))
        .setUsage(new Usage(90L, 0L, 0L, 0L, 60L, 0L))
        .setCostNanoUsd(700)
        .setAgent(BenchStack.AGENT)
        .setAgentVersion("1")
        .setModel("m")
        .setAudit(new AuditRef("agent.events", 0, 1L, 6L, 0L, null))
        .setAcceptedAt(Instant.EPOCH)
        .setEndedAt(Instant.EPOCH)
        .build();
  }
}
