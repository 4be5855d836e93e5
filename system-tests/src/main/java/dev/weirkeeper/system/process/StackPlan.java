package dev.weirkeeper.system.process;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stack of processes is made of.
 *
 * @param data directory of everything it writes
 * @param proxied whether services reach broker, registry, PostgreSQL and model through proxies that
 *     can be told to misbehave
 * @param failPoints whether services can be told to die at a fail-point
 * @param executorMain main class of the executors
 * @param agents agent definitions in YAML, published before the services start; blank: none
 * @param jvms how each kind of process is run
 * @param settings of each kind of process, by its settings' names; of the broker, by Kafka's own.
 *     {@code {postgres}} in a value stands for the JDBC address of the stack's database
 */
public record StackPlan(
    Path data,
    Scale scale,
    boolean proxied,
    boolean failPoints,
    ModelServer model,
    String executorMain,
    String agents,
    Map<Kind, Jvm> jvms,
    Map<Kind, Map<String, String>> settings) {

  /** A kind of process. */
  public enum Kind {
    BROKER,
    REGISTRY,
    POSTGRES,
    MODEL,
    PLANNER,
    EXECUTOR,
    SINK
  }

  /**
   * How much of each.
   *
   * @param partitions of topics keyed by session
   */
  public record Scale(int partitions, int planners, int executors, int sinks) {}

  private static final Map<Kind, String> HEAPS =
      Map.of(
          Kind.BROKER, "512m",
          Kind.REGISTRY, "96m",
          Kind.POSTGRES, "160m",
          Kind.MODEL, "192m",
          Kind.PLANNER, "320m",
          Kind.EXECUTOR, "192m",
          Kind.SINK, "256m");

  public StackPlan {
    data = data.toAbsolutePath().normalize();
    jvms = Map.copyOf(jvms);
    settings = Map.copyOf(settings);
  }

  /** One of each service, small and quick to start, without proxies. */
  public static StackPlan small(
      Path data, ModelServer model, Class<?> executorMain, String agents) {
    Map<Kind, Jvm> jvms = new TreeMap<>();
    HEAPS.forEach((kind, heap) -> jvms.put(kind, Jvm.quick(heap)));
    return new StackPlan(
        data,
        new Scale(4, 1, 1, 1),
        false,
        false,
        model,
        executorMain.getName(),
        agents,
        jvms,
        Map.of());
  }

  /** The same of another size. */
  public StackPlan with(Scale other) {
    return new StackPlan(
        data, other, proxied, failPoints, model, executorMain, agents, jvms, settings);
  }

  /** The same with proxies in between. */
  public StackPlan withProxies() {
    return new StackPlan(
        data, scale, true, failPoints, model, executorMain, agents, jvms, settings);
  }

  /** The same with services that can be told to die at a fail-point. */
  public StackPlan withFailPoints() {
    return new StackPlan(data, scale, proxied, true, model, executorMain, agents, jvms, settings);
  }

  /** The same with one kind of process run otherwise. */
  public StackPlan with(Kind kind, Jvm jvm) {
    Map<Kind, Jvm> more = new TreeMap<>(jvms);
    more.put(kind, jvm);
    return new StackPlan(
        data, scale, proxied, failPoints, model, executorMain, agents, more, settings);
  }

  /** The same with one more option for the JVMs of one kind of process. */
  public StackPlan with(Kind kind, String option) {
    return with(kind, jvm(kind).with(option));
  }

  /** The same with a setting for one kind of process. */
  public StackPlan with(Kind kind, String key, String value) {
    Map<Kind, Map<String, String>> more = new TreeMap<>(settings);
    Map<String, String> own = new TreeMap<>(settings(kind));
    own.put(key, value);
    more.put(kind, Map.copyOf(own));
    return new StackPlan(data, scale, proxied, failPoints, model, executorMain, agents, jvms, more);
  }

  Jvm jvm(Kind kind) {
    Jvm jvm = jvms.get(kind);
    if (jvm == null) {
      throw new IllegalStateException("the plan does not say how to run a " + kind);
    }
    return jvm;
  }

  Map<String, String> settings(Kind kind) {
    return settings.getOrDefault(kind, Map.of());
  }
}
