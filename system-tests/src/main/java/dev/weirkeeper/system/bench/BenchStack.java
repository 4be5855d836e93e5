package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.cluster.Cluster;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A running stack with executors for the tool that is called and an agent that calls it. */
interface BenchStack extends AutoCloseable {

  /** The agent. */
  String AGENT = "bench";

  /** Starts it on the plan's directory, as it is. */
  static BenchStack start(BenchPlan plan, URI model) throws InterruptedException {
    BenchStack stack =
        plan.processes() ? ManyProcesses.start(plan, model) : OneProcess.start(plan, model);
    try {
      stack
          .cluster()
          .write(
              stack.cluster().topics().definitions(),
              List.of(new Cluster.Keyed<>(AGENT, BenchAgent.of(plan.workload()))));
      return stack;
    } catch (RuntimeException | InterruptedException e) {
      stack.close();
      throw e;
    }
  }

  /** How it is reached. */
  Cluster cluster();

  /** Has a meter count what runs outside of this process. */
  void countIn(CpuMeter meter);

  /** Requests that its broker has answered, by their kind; empty if it does not tell. */
  Map<String, Long> requests();

  /** Stops everything; the data stays. */
  @Override
  void close();

  /** A choice as settings write it. */
  static String wire(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
