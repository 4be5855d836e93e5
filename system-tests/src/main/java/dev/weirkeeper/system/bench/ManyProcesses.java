package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.system.process.Jvm;
import dev.weirkeeper.system.process.ModelServer;
import dev.weirkeeper.system.process.ProcessStack;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.system.process.StackPlan.Kind;
import dev.weirkeeper.system.process.StackPlan.Scale;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Every service, the broker, the registry and PostgreSQL in processes of their own. */
final class ManyProcesses implements BenchStack {

  /** Largest heaps: together what the stack has in one process, and a half more. */
  private static final Map<Kind, String> HEAPS =
      Map.of(
          Kind.BROKER, "512m",
          Kind.REGISTRY, "96m",
          Kind.PLANNER, "384m",
          Kind.EXECUTOR, "192m",
          Kind.SINK, "256m");

  /** Whose settings begin with what. */
  private static final Map<String, Kind> OWNERS =
      Map.of("planner.", Kind.PLANNER, "executor.", Kind.EXECUTOR, "audit.", Kind.SINK);

  private final ProcessStack stack;
  private final Cluster cluster;

  private ManyProcesses(ProcessStack stack, Cluster cluster) {
    this.stack = stack;
    this.cluster = cluster;
  }

  /**
   * Starts it.
   *
   * @throws IllegalArgumentException for a setting of no service
   */
  static ManyProcesses start(BenchPlan plan, URI model) throws InterruptedException {
    ProcessStack stack = ProcessStack.start(processes(plan, model));
    try {
      return new ManyProcesses(stack, Cluster.connect(stack.address()));
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private static StackPlan processes(BenchPlan plan, URI model) {
    StackPlan processes =
        StackPlan.small(
                plan.data().resolve("stack"),
                new ModelServer.Elsewhere(model),
                BenchExecutor.class,
                "")
            .with(new Scale(plan.partitions(), 1, plan.executors(), 1))
            .with(Kind.PLANNER, "planner.guarantee", BenchStack.wire(plan.guarantee()))
            .with(Kind.EXECUTOR, "executor.delivery", BenchStack.wire(plan.delivery()))
            .with(Kind.EXECUTOR, "executor.pools", EchoTool.POOL);
    for (Map.Entry<Kind, String> heap : HEAPS.entrySet()) {
      processes = processes.with(heap.getKey(), Jvm.steady(heap.getValue()));
    }
    for (Map.Entry<String, String> setting : plan.settings().entrySet()) {
      processes = processes.with(owner(setting.getKey()), setting.getKey(), setting.getValue());
    }
    return processes;
  }

  private static Kind owner(String setting) {
    return OWNERS.entrySet().stream()
        .filter(owner -> setting.startsWith(owner.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: with processes a setting begins with one of %s"
                        .formatted(setting, OWNERS.keySet().stream().sorted().toList())));
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }

  @Override
  public void countIn(CpuMeter meter) {
    meter.withPostgres(stack.data().resolve("postgres"));
    count(meter, "broker", List.of(stack.broker()));
    count(meter, "registry", List.of(stack.registry()));
    count(meter, "planner", stack.planners());
    count(meter, "executor", stack.executors());
    count(meter, "audit sink", stack.sinks());
  }

  private static void count(CpuMeter meter, String name, List<ServerProcess> servers) {
    meter.with(
        name,
        servers.stream()
            .flatMap(server -> server.pid().stream())
            .flatMap(pid -> ProcessHandle.of(pid).stream())
            .toList());
  }

  /** The broker's counters are in its own process. */
  @Override
  public Map<String, Long> requests() {
    return Map.of();
  }

  @Override
  public void close() {
    cluster.close();
    stack.close();
  }
}
