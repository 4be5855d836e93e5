package dev.weirkeeper.system.chaos;

import dev.weirkeeper.system.process.StackPlan;
import dev.weirkeeper.system.workload.Workload;
import java.nio.file.Path;

/**
 * What a run does. The same plan gives the same load and the same faults.
 *
 * @param data directory of everything that is written; must not exist or be empty
 * @param exactlyOnce the planners' guarantee, otherwise at-least-once
 * @param sessions of the load
 * @param atOnce tasks under way at a time
 * @param kills processes killed; other faults come in proportion
 * @param network whether the network is bad as well
 */
public record ChaosPlan(
    Path data,
    long seed,
    boolean exactlyOnce,
    int sessions,
    int atOnce,
    int kills,
    boolean network,
    int planners,
    int executors,
    int sinks) {

  private static final int PARTITIONS = 4;

  public ChaosPlan {
    if (sessions < 1 || atOnce < 1 || kills < 0 || planners < 1 || executors < 1 || sinks < 1) {
      throw new IllegalArgumentException(
          "sessions, tasks at once and processes must be 1 or more, kills 0 or more");
    }
  }

  /** How the guarantee is called in settings. */
  public String guarantee() {
    return exactlyOnce ? "exactly-once" : "at-least-once";
  }

  /** The command that does the same again. */
  public String command() {
    return "./weir chaos --seed %d --sessions %d --kills %d --guarantee %s --at-once %d --planners %d --executors %d --sinks %d%s"
        .formatted(
            seed,
            sessions,
            kills,
            guarantee(),
            atOnce,
            planners,
            executors,
            sinks,
            network ? " --network" : "");
  }

  StackPlan stack() {
    StackPlan plan =
        Workload.plan(data, guarantee())
            .with(new StackPlan.Scale(PARTITIONS, planners, executors, sinks));
    return network ? plan.withProxies() : plan;
  }
}
