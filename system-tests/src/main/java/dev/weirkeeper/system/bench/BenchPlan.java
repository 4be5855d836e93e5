package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.stack.StackConfig;
import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.planner.PlannerConfig.Guarantee;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One run.
 *
 * @param delivery how executors take calls
 * @param executors executors that serve the tool, beside the stack's own
 * @param processes whether each service is a process of its own
 * @param modelUrl the model server; absent: one is started
 * @param floors whether to measure what bounds the result from below, too
 * @param profile whether to record where processor time goes
 * @param recording where the recording is kept; absent: only what it says is
 * @param data where the stack keeps its data; must not hold any
 * @param settings of the stack and its services, by their names
 */
public record BenchPlan(
    Workload workload,
    Guarantee guarantee,
    DeliveryMode delivery,
    int executors,
    boolean processes,
    Optional<URI> modelUrl,
    boolean floors,
    boolean profile,
    Optional<Path> recording,
    Path data,
    Map<String, String> settings) {

  /** Copies the settings and checks the number of executors. */
  public BenchPlan {
    if (executors < 1) {
      throw new IllegalArgumentException("there must be one executor or more");
    }
    settings = Map.copyOf(settings);
  }

  /** Partitions of topics keyed by session, of the stack and of what is measured beside it. */
  int partitions() {
    Map<String, String> stack = new TreeMap<>(settings);
    stack.keySet().removeIf(key -> !key.startsWith("stack."));
    return StackConfig.from(Given.of(stack)).partitions();
  }
}
