package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.trace.TraceConfig;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.provider.ProviderSettings;
import dev.weirkeeper.schemas.topic.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The stack of {@code weir up} in this process, with executors beside it. */
final class OneProcess implements BenchStack {

  private static final Duration READY = Duration.ofMinutes(5);

  private final Path data;
  private final Deque<AutoCloseable> parts;
  private final Cluster cluster;

  /** PostgreSQL is a process of its own and would outlive a run that is interrupted. */
  private final Thread interrupted = new Thread(this::closeParts, "stop");

  private OneProcess(Path data, Deque<AutoCloseable> parts, Cluster cluster) {
    this.data = data;
    this.parts = parts;
    this.cluster = cluster;
    Runtime.getRuntime().addShutdownHook(interrupted);
  }

  /** Starts it on the plan's directory, as it is. */
  static OneProcess start(BenchPlan plan, URI model) throws InterruptedException {
    Given given = Given.of(settings(plan, model));
    Path data = plan.data().resolve("stack");
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      LocalStack stack = LocalStack.start(data, given, (_, _, _) -> {});
      parts.push(stack);
      Given reached = given.with(stack.address());
      for (int i = 1; i <= plan.executors(); i++) {
        executor(parts, plan, reached, i);
      }
      Cluster cluster = Cluster.connect(ClusterAddress.from(reached));
      parts.push(cluster);
      return new OneProcess(data, parts, cluster);
    } catch (RuntimeException | InterruptedException e) {
      close(parts);
      throw e;
    }
  }

  private static Map<String, String> settings(BenchPlan plan, URI model) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(ClusterAddress.POOLS.key(), Topics.DEFAULT_POOL + "," + EchoTool.POOL);
    settings.put(ProviderSettings.ANTHROPIC_BASE_URL.key(), model.toString());
    settings.put("planner.guarantee", BenchStack.wire(plan.guarantee()));
    settings.putAll(plan.settings());
    return settings;
  }

  private static void executor(Deque<AutoCloseable> parts, BenchPlan plan, Given given, int number)
      throws InterruptedException {
    String id = "bench-executor-" + number;
    Settings settings =
        Settings.read(
            ExecutorConfig.CATALOGUE.and(TraceConfig.CATALOGUE),
            given
                .under(Map.of("executor.delivery", BenchStack.wire(plan.delivery())))
                .with(Map.of("executor.id", id, "executor.pools", EchoTool.POOL)));
    Tracing tracing =
        Tracing.start(
            TraceConfig.from(settings), ServiceIdentity.of(id, OneProcess.class, Map.of()));
    parts.push(tracing);
    ToolExecutorService executor =
        new ToolExecutorService(
            ExecutorConfig.from(settings),
            List.of(new EchoTool()),
            new SimpleMeterRegistry(),
            tracing);
    parts.push(executor);
    executor.start();
    executor.awaitReady(READY);
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }

  @Override
  public void countIn(CpuMeter meter) {
    meter.withPostgres(data.resolve("postgres"));
  }

  @Override
  public Map<String, Long> requests() {
    return BrokerRequests.byKind();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(interrupted);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook does this.
      return;
    }
    closeParts();
  }

  private synchronized void closeParts() {
    close(parts);
  }

  private static void close(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the stack did not stop", e);
      }
    }
  }
}
