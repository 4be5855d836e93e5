package dev.weirkeeper.system.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.planner.PlannerConfig.Guarantee;
import dev.weirkeeper.system.bench.BenchReport.Floors;
import dev.weirkeeper.system.bench.BenchReport.Latency;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run checks and measures, with a handful of sessions: nothing here is about speed. */
class BenchTest {

  private static final Workload FEW = new Workload(6, 3, 2, 10, 100, Duration.ZERO);

  @TempDir Path data;

  @Test
  void every_answer_every_step_and_every_call_in_the_ledger_is_accounted_for() throws Exception {
    BenchPlan plan =
        new BenchPlan(
            FEW,
            Guarantee.EXACTLY_ONCE,
            DeliveryMode.SHARE,
            2,
            false,
            Optional.empty(),
            true,
            true,
            Optional.empty(),
            data,
            Map.of());

    BenchReport report = Bench.run(plan, line -> {});

    assertThat(report.problems()).isEmpty();
    assertThat(report.steps()).isEqualTo(6 * 21);
    assertThat(report.stepsPerS()).isPositive();
    assertThat(report.session().p50())
        .isPositive()
        .isLessThanOrEqualTo(report.session().p99())
        .isGreaterThan(report.step().p50());
    assertThat(report.cpuS()).containsKeys("planner", "broker", "postgresql", "model server");
    assertThat(report.logBytesByTopic()).containsKeys("agent.events", "agent.tool-calls.bench");
    assertThat(report.logBytesPerSession()).isGreaterThan(2L * FEW.calls() * FEW.payload());
    assertThat(report.requestsPerSession()).containsKeys("Produce", "Fetch", "EndTxn");
    assertThat(report.stepParts().get("model_step")).containsKey("2 HTTP exchange");
    assertThat(report.cpuProfile()).containsKey("samples");
    Floors floors = Objects.requireNonNull(report.floors());
    assertThat(floors.bareLoop().stepsPerS()).isPositive();
    assertThat(floors.bareHops().session().p50()).isPositive();
    assertThat(floors.rawKafkaStepsPerS()).isPositive();
    assertThat(report.versions()).containsKeys("java", "kafka", "postgresql");
  }

  @Test
  void the_same_holds_for_services_in_processes_of_their_own() throws Exception {
    BenchReport report = Bench.run(inProcesses(Map.of("planner.threads", "2")), line -> {});

    assertThat(report.problems()).isEmpty();
    assertThat(report.steps()).isEqualTo(6 * 21);
    assertThat(report.cpuS())
        .containsKeys("planner", "executor", "audit sink", "broker", "postgresql", "model server");
    assertThat(report.logBytesByTopic()).containsKeys("agent.events", "agent.tool-calls.bench");
  }

  @Test
  void a_setting_of_no_service_is_refused_by_name() {
    BenchPlan plan = inProcesses(Map.of("threads", "2"));

    assertThatThrownBy(() -> Bench.run(plan, line -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads: with processes a setting begins with one of");
  }

  @Test
  void what_is_measured_beside_the_stack_has_as_many_partitions() {
    assertThat(inProcesses(Map.of("stack.partitions", "3")).partitions()).isEqualTo(3);
    assertThat(inProcesses(Map.of("planner.threads", "2")).partitions()).isEqualTo(2);
  }

  private BenchPlan inProcesses(Map<String, String> settings) {
    return new BenchPlan(
        FEW,
        Guarantee.AT_LEAST_ONCE,
        DeliveryMode.SHARE,
        1,
        true,
        Optional.empty(),
        false,
        false,
        Optional.empty(),
        data,
        settings);
  }

  @Test
  void percentiles_are_of_the_sorted_times() {
    LongStream nanos = LongStream.range(0, 100).map(i -> (100 - i) * 1_000_000L);

    assertThat(Latency.ofNanos(nanos)).isEqualTo(new Latency(51, 96, 100, 50.5));
  }
}
