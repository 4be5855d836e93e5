package dev.weirkeeper.system.bench;

import dev.weirkeeper.local.rehearsal.BenchModel;
import dev.weirkeeper.system.bench.Books.Ledger;
import dev.weirkeeper.system.bench.ModelProcess.Count;
import dev.weirkeeper.system.bench.SessionDriver.Outcome;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a run did what it was to do: if not, its numbers mean nothing. */
final class Checks {

  private Checks() {}

  /**
   * What is wrong, in words.
   *
   * @param outcome what the submitter of the tasks got
   * @param counted what the model server counted
   * @param ledger what the audit store has
   */
  static List<String> problems(Workload work, Outcome outcome, Count counted, Ledger ledger) {
    List<String> problems = new ArrayList<>();
    for (TaskResult result : outcome.results()) {
      problem(work, result).ifPresent(problems::add);
    }
    Differences differences = new Differences(problems);
    long sessions = work.sessions();
    differences.of("second results", 0, outcome.repeated());
    differences.of(
        "calls that the model server counted", sessions * work.modelCalls(), counted.calls());
    differences.of("records in the audit store", work.records(sessions), ledger.records());
    differences.of("results in the audit store", sessions, ledger.results());
    differences.of("model calls in the ledger", counted.calls(), ledger.modelCalls());
    differences.of("tool calls in the ledger", sessions * work.calls(), ledger.toolCalls());
    differences.of("calls in the ledger that do not add up", 0, ledger.open());
    differences.of("input tokens in the ledger", counted.input(), ledger.input());
    differences.of("output tokens in the ledger", counted.output(), ledger.output());
    differences.of(
        "nano-dollars in the ledger",
        outcome.results().stream().mapToLong(TaskResult::getCostNanoUsd).sum(),
        ledger.settledNanoUsd());
    return problems;
  }

  private static Optional<String> problem(Workload work, TaskResult result) {
    if (result.getStatus() != TaskStatus.COMPLETE
        || !result.getText().equals(BenchModel.FINAL_TEXT)) {
      return Optional.of(
          "session %s ended %s (%s) with the text '%s'"
              .formatted(
                  result.getSessionId(), result.getStatus(), result.getWhy(), result.getText()));
    }
    if (result.getSteps() != work.steps()
        || result.getModelCalls() != work.modelCalls()
        || !result.getToolCalls().equals(Map.of(EchoTool.NAME, work.calls()))) {
      return Optional.of(
          "session %s took %d steps, %d model calls and the tool calls %s"
              .formatted(
                  result.getSessionId(),
                  result.getSteps(),
                  result.getModelCalls(),
                  result.getToolCalls()));
    }
    return Optional.empty();
  }

  /** Collects numbers that are not what they should be. */
  private record Differences(List<String> found) {
    void of(String what, long wanted, long is) {
      if (is != wanted) {
        found.add("%s: %d, should be %d".formatted(what, is, wanted));
      }
    }
  }
}
