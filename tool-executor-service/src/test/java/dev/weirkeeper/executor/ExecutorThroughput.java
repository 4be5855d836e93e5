package dev.weirkeeper.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.wire.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How much one executor does, and what more of them add. Not part of a build: its numbers mean
 * something on a quiet machine only. Run it with
 *
 * <pre>{@code
 * mvn -pl tool-executor-service -am test -Dtest=ExecutorThroughput \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dcalls=30000
 * }</pre>
 */
class ExecutorThroughput {

  private static final int CALLS = Integer.getInteger("calls", 30_000);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int AT_ONCE = 8;
  private static final int SLOW_MILLIS = 200;

  /** Tools that do nothing, at once or after a while. */
  static final class Idle {

    @Tool(name = "nothing", description = "Does nothing", readOnly = true)
    String nothing() {
      return "";
    }

    @Tool(name = "slow", description = "Does nothing for a while", readOnly = true)
    String slow() throws InterruptedException {
      Thread.sleep(SLOW_MILLIS);
      return "";
    }
  }

  @ParameterizedTest
  @EnumSource
  void one_executor_on_calls_that_do_nothing(DeliveryMode mode) throws Exception {
    try (Bench bench = new Bench(mode)) {
      bench.with("executor.concurrency", "256").with("executor.backlog", "1000");
      bench.start(new Idle());
      double warm = perSecond(bench, "nothing", CALLS / 3);
      double measured = perSecond(bench, "nothing", CALLS);
      System.out.printf(
          "%s group: %,.0f calls/s (%,.0f while warming up), %d calls%n",
          mode, measured, warm, CALLS);
    }
  }

  @Test
  void more_executors_than_partitions_on_slow_calls() throws Exception {
    double one = 0;
    for (int executors : new int[] {1, 2, 4, 8}) {
      try (Bench bench = new Bench(DeliveryMode.SHARE)) {
        bench.with("executor.concurrency", Integer.toString(AT_ONCE)).with("executor.backlog", "0");
        for (int i = 0; i < executors; i++) {
          bench.start(new Idle());
        }
        // Every executor is known to take calls before the clock starts.
        perSecond(bench, "slow", executors * AT_ONCE * 4);
        double measured = perSecond(bench, "slow", executors * AT_ONCE * 30);
        one = executors == 1 ? measured : one;
        System.out.printf(
            "%d executors, 2 partitions, %d ms, %d at once each: %,.1f calls/s, %.2f times one%n",
            executors, SLOW_MILLIS, AT_ONCE, measured, measured / one);
        assertThat(measured).isPositive();
      }
    }
  }

  private static double perSecond(Bench bench, String tool, int count) {
    List<ToolCall> calls = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      calls.add(bench.newCall(tool, "{}").setDeadline(Instant.now().plus(PATIENCE)).build());
    }
    int before = bench.answered();
    long began = System.nanoTime();
    bench.sendAll(calls);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> bench.answered() >= before + count);
    return count / ((System.nanoTime() - began) / 1e9);
  }
}
