package dev.weirkeeper.system.bench;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.system.bench.BenchReport.Floors;
import dev.weirkeeper.system.bench.BenchReport.Latency;
import dev.weirkeeper.system.bench.ModelProcess.Count;
import dev.weirkeeper.system.bench.SessionDriver.Outcome;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.jspecify.annotations.Nullable;

/** One run from start to end. */
public final class Bench {

  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration CATCH_UP = Duration.ofMinutes(5);
  private static final Duration BETWEEN_PROBES = Duration.ofMillis(500);
  private static final int PROBES = 20;
  private static final String WARM_UP = "warm-";
  private static final int WARM_UP_CONCURRENCY = 64;

  /**
   * Of so many sessions of warm-up, one is run as those that are measured, where those are fewer.
   */
  private static final int ALIKE = 20;

  private static final String RUN = "run-";
  private static final String MODEL_SERVER = "model server";

  /** Sessions with this many steps show whether steps get slower. */
  private static final int LONG = 300;

  private static final int ENDS = 100;

  private final BenchPlan plan;
  private final Workload work;
  private final Consumer<String> progress;

  private Bench(BenchPlan plan, Consumer<String> progress) {
    this.plan = plan;
    this.work = plan.workload();
    this.progress = progress;
  }

  /**
   * Runs a plan.
   *
   * @param progress told what goes on, a line each
   * @throws IllegalStateException if sessions stop ending
   */
  public static BenchReport run(BenchPlan plan, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    Bench bench = new Bench(plan, progress);
    try (ModelProcess model = ModelProcess.of(plan)) {
      Measured measured = bench.measured(model);
      return bench.report(measured, plan.floors() ? bench.floors(measured, model) : null);
    }
  }

  /** What the run itself gave. */
  private record Measured(
      Outcome outcome,
      double sinkCaughtUp,
      Map<String, Double> cpu,
      Map<String, Long> logBytes,
      Map<String, Double> requests,
      Latency step,
      Map<String, Map<String, Double>> stepParts,
      @Nullable Latency firstSteps,
      @Nullable Latency lastSteps,
      long heapMb,
      @Nullable Map<String, Object> cpuProfile,
      Map<String, String> versions,
      List<String> problems) {

    long logBytesPerSession() {
      return logBytes.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private Measured measured(ModelProcess model)
      throws IOException, SQLException, InterruptedException {
    long start = System.nanoTime();
    try (BenchStack stack = BenchStack.start(plan, model.url());
        SessionDriver driver = new SessionDriver(stack.cluster());
        Database store = Database.open(stack.cluster().address().auditStore())) {
      progress.accept("stack started in %.1f s".formatted((System.nanoTime() - start) / 1e9));
      probe(driver);
      warmUp(driver, store);
      return measured(stack, driver, store, model);
    }
  }

  /** Runs single sessions until one ends well: agent and tool are then known everywhere. */
  static void probe(SessionDriver driver) throws InterruptedException {
    for (int i = 1; ; i++) {
      TaskResult result = driver.run("probe-" + i + "-", 1, 1, PATIENCE).results().getFirst();
      if (result.getStatus() == TaskStatus.COMPLETE) {
        return;
      }
      if (i == PROBES) {
        throw new IllegalStateException(
            "the stack does not run the workload: a task ended %s, %s"
                .formatted(result.getStatus(), result.getWhy()));
      }
      Thread.sleep(BETWEEN_PROBES);
    }
  }

  private void warmUp(SessionDriver driver, Database store)
      throws SQLException, InterruptedException {
    if (work.warmUp() == 0) {
      return;
    }
    long began = System.nanoTime();
    int together = Math.max(work.concurrency(), WARM_UP_CONCURRENCY);
    // Few sessions at a time take other ways through the code, which the compiler learns anew.
    int alike = work.concurrency() < together ? work.warmUp() / ALIKE : 0;
    driver.run(WARM_UP, work.warmUp() - alike, together, PATIENCE);
    if (alike > 0) {
      driver.run(WARM_UP + "alike-", alike, work.concurrency(), PATIENCE);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    // What it leaves to do is not to be paid for by the run.
    new Books(store, WARM_UP).await(work.warmUp(), work.records(work.warmUp()), CATCH_UP);
    progress.accept("warmed up with %d sessions in %.1f s".formatted(work.warmUp(), seconds));
  }

  private Measured measured(
      BenchStack stack, SessionDriver driver, Database store, ModelProcess model)
      throws IOException, SQLException, InterruptedException {
    Books books = new Books(store, RUN);
    CpuMeter cpu = new CpuMeter();
    stack.countIn(cpu);
    model.own().ifPresent(process -> cpu.with(MODEL_SERVER, List.of(process)));
    Map<String, Long> bytesBefore = LogSize.byTopic(stack.cluster().admin());
    Map<String, Long> requestsBefore = stack.requests();
    Count countBefore = model.count();
    @Nullable CpuProfile profile = plan.profile() ? CpuProfile.start() : null;
    Map<String, Long> cpuBefore = cpu.read();
    Outcome outcome = driver.run(RUN, work.sessions(), work.concurrency(), PATIENCE);
    long ended = System.nanoTime();
    books.await(work.sessions(), work.records(work.sessions()), CATCH_UP);
    double behind = (System.nanoTime() - ended) / 1e9;
    Map<String, Long> cpuAfter = cpu.read();
    Map<String, Long> requestsAfter = stack.requests();
    @Nullable Map<String, Object> cpuProfile =
        profile == null ? null : profile.stop(plan.recording());
    progress.accept(
        "%d sessions in %.1f s, stored %.1f s later"
            .formatted(work.sessions(), outcome.wallNanos() / 1e9, behind));
    boolean isLong = work.steps() >= LONG;
    return new Measured(
        outcome,
        behind,
        CpuMeter.seconds(cpuBefore, cpuAfter),
        LogSize.perSession(bytesBefore, LogSize.byTopic(stack.cluster().admin()), work.sessions()),
        BrokerRequests.perSession(requestsBefore, requestsAfter, work.sessions()),
        books.steps(),
        books.parts(),
        isLong ? books.steps(1, 1 + ENDS) : null,
        isLong ? books.steps(1 + work.steps() - ENDS, 1 + work.steps()) : null,
        heapMegabytes(),
        cpuProfile,
        versions(store),
        Checks.problems(work, outcome, model.count().since(countBefore), books.ledger()));
  }

  private Floors floors(Measured measured, ModelProcess model)
      throws IOException, InterruptedException {
    progress.accept("measuring the floors");
    return new Floors(
        BareLoop.measure(work, model.url()),
        BareHops.measure(plan, model.url(), plan.data().resolve("hops")),
        RawKafka.measure(plan, measured.logBytesPerSession(), plan.data().resolve("floor")));
  }

  private BenchReport report(Measured run, @Nullable Floors floors) {
    double seconds = run.outcome().wallNanos() / 1e9;
    long steps = (long) work.sessions() * work.steps();
    double ours =
        run.cpu().entrySet().stream()
            .filter(part -> !part.getKey().equals(MODEL_SERVER))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    return new BenchReport(
        BenchStack.wire(plan.guarantee()),
        BenchStack.wire(plan.delivery()),
        plan.executors(),
        plan.processes(),
        work.sessions(),
        work.concurrency(),
        work.calls(),
        work.payload(),
        work.modelLatency().toMillis(),
        plan.settings(),
        steps,
        BenchReport.rounded(seconds),
        BenchReport.rounded(steps / seconds),
        run.outcome().latency(),
        run.step(),
        run.stepParts(),
        run.firstSteps(),
        run.lastSteps(),
        BenchReport.rounded(run.sinkCaughtUp()),
        run.cpu(),
        BenchReport.rounded(1000 * ours / work.sessions()),
        run.logBytesPerSession(),
        run.logBytes(),
        run.requests(),
        run.heapMb(),
        run.cpuProfile(),
        floors,
        run.versions(),
        run.problems());
  }

  private static long heapMegabytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
  }

  private static Map<String, String> versions(Database store) throws SQLException {
    Map<String, String> versions = new TreeMap<>();
    String own = Bench.class.getPackage().getImplementationVersion();
    versions.put("weirkeeper", own == null ? "development" : own);
    versions.put("java", System.getProperty("java.vm.version"));
    versions.put("kafka", AppInfoParser.getVersion());
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    versions.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    try (var connection = store.connection()) {
      versions.put("postgresql", connection.getMetaData().getDatabaseProductVersion());
    }
    return versions;
  }
}
