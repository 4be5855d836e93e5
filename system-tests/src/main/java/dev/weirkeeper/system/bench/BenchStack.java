package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.trace.TraceConfig;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.provider.ProviderSettings;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The stack of {@code weir up} in this process, with executors for the tool that is called and an
 * agent that calls it.
 */
final class BenchStack implements AutoCloseable {

  /** The agent. */
  static final String AGENT = "bench";

  private static final Duration READY = Duration.ofMinutes(5);

  /** More than any run needs: limits are to be checked, not reached. */
  private static final int STEPS_SPARE = 10;

  private static final long MAX_TOKENS = 1_000_000_000_000L;
  private static final long MAX_NANO_USD = 1_000_000_000_000_000L;
  private static final int CALLS_PER_TOOL = 1_000_000;
  private static final long MAX_OUTPUT_TOKENS = 1024;

  private final Deque<AutoCloseable> parts;
  private final Cluster cluster;

  /** PostgreSQL is a process of its own and would outlive a run that is interrupted. */
  private final Thread interrupted = new Thread(this::closeParts, "stop");

  private BenchStack(Deque<AutoCloseable> parts, Cluster cluster) {
    this.parts = parts;
    this.cluster = cluster;
    Runtime.getRuntime().addShutdownHook(interrupted);
  }

  /** Starts it on the plan's directory, as it is. */
  static BenchStack start(BenchPlan plan, URI model) throws InterruptedException {
    Given given = Given.of(settings(plan, model));
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      LocalStack stack = LocalStack.start(plan.data().resolve("stack"), given, (_, _, _) -> {});
      parts.push(stack);
      Given reached = given.with(stack.address());
      for (int i = 1; i <= plan.executors(); i++) {
        executor(parts, plan, reached, i);
      }
      Cluster cluster = Cluster.connect(ClusterAddress.from(reached));
      parts.push(cluster);
      cluster.write(
          cluster.topics().definitions(), List.of(new Cluster.Keyed<>(AGENT, agent(plan))));
      return new BenchStack(parts, cluster);
    } catch (RuntimeException | InterruptedException e) {
      close(parts);
      throw e;
    }
  }

  private static Map<String, String> settings(BenchPlan plan, URI model) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(ClusterAddress.POOLS.key(), Topics.DEFAULT_POOL + "," + EchoTool.POOL);
    settings.put(ProviderSettings.ANTHROPIC_BASE_URL.key(), model.toString());
    settings.put("planner.guarantee", wire(plan.guarantee()));
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
                .under(Map.of("executor.delivery", wire(plan.delivery())))
                .with(Map.of("executor.id", id, "executor.pools", EchoTool.POOL)));
    Tracing tracing =
        Tracing.start(
            TraceConfig.from(settings), ServiceIdentity.of(id, BenchStack.class, Map.of()));
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

  private static AgentDefinition agent(BenchPlan plan) {
    return AgentDefinition.newBuilder()
        .setName(AGENT)
        .setVersion("1")
        .setModel(
            ModelChoice.newBuilder()
                .setProvider(Provider.ANTHROPIC_MESSAGES)
                .setModel(RehearsalModel.MODEL)
                .build())
        .setSystemPrompt("Call the tool as often as you are told.")
        .setTools(List.of(EchoTool.NAME))
        .setLimits(
            Limits.newBuilder()
                .setMaxSteps(plan.workload().steps() + STEPS_SPARE)
                .setMaxTokens(MAX_TOKENS)
                .setMaxCostNanoUsd(MAX_NANO_USD)
                .setMaxDurationMs(Duration.ofHours(1).toMillis())
                .setMaxCallsPerTool(Map.of(EchoTool.NAME, CALLS_PER_TOOL))
                .setMaxOutputTokens(MAX_OUTPUT_TOKENS)
                .build())
        .build();
  }

  /** A choice as settings write it. */
  static String wire(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How it is reached. */
  Cluster cluster() {
    return cluster;
  }

  /** Stops everything; the data stays. */
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
