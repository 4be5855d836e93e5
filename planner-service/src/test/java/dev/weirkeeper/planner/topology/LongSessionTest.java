package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ToolCall;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A session of a thousand tool results costs what is new in each step, and no more. */
final class LongSessionTest {
  private static final int RESULTS = 1_000;
  private static final int RESULT_BYTES = 5 * 1024;
  private static final int PART = 50;

  /** Time and store reads of some steps in a row. */
  private record Stretch(double microsEach, double readsEach) {}

  @Test
  void F20_a_thousand_results_of_5_KB_stay_under_four_times_their_size_on_the_log() {
    try (DrivenPlanner planner = new DrivenPlanner(10, TrustedApprovers.ANYBODY)) {
      begin(planner);
      steps(planner, 10);
      Stretch early = steps(planner, PART);
      steps(planner, RESULTS - 10 - 2 * PART);
      Stretch late = steps(planner, PART);
      planner.reply(Wire.says(planner.modelCall().call(), "done"));

      double times = (double) planner.bytesLogged() / (RESULTS * RESULT_BYTES);
      System.out.printf(
          Locale.ROOT,
          "%.2f times the payload on the log; a turn from the 10th on %.0f us and %.1f store reads,"
              + " the last ones %.0f us and %.1f%n",
          times,
          early.microsEach,
          early.readsEach,
          late.microsEach,
          late.readsEach);
      assertThat(planner.lastEvent("s").getReason()).contains("COMPLETE");
      assertThat(times).isBetween(1.0, 4.0);
      assertThat(late.readsEach).isLessThanOrEqualTo(2 * early.readsEach);
    }
  }

  private static void begin(DrivenPlanner planner) {
    planner.define(planner.topics.tools(), "search", Wire.tool("search").build());
    planner.define(
        Wire.agent("default", "1")
            .setLimits(
                Limits.newBuilder()
                    .setMaxSteps(3 * RESULTS)
                    .setMaxTokens(Long.MAX_VALUE)
                    .setMaxCostNanoUsd(Long.MAX_VALUE)
                    .build())
            .build());
    planner.send(planner.topics.tasks(), "s", Wire.task("s", "t1").build());
  }

  /** So many turns, each with one call of a tool. */
  private static Stretch steps(DrivenPlanner planner, int turns) {
    long reads = planner.storeReads();
    long nanos = 0;
    for (int i = 0; i < turns; i++) {
      var call = planner.modelCall().call();
      var asked = Wire.asksFor(call, "search {\"q\":%d}".formatted(call.getTurn()));
      long began = System.nanoTime();
      planner.reply(asked);
      nanos += System.nanoTime() - began;
      ToolCall sent = planner.written(planner.topics.toolCalls("default")).getLast();
      var result = Wire.result(sent, "x".repeat(RESULT_BYTES));
      began = System.nanoTime();
      planner.send(planner.topics.toolResults(), "s", result);
      nanos += System.nanoTime() - began;
    }
    return new Stretch(nanos / 1e3 / turns, (double) (planner.storeReads() - reads) / turns);
  }
}
