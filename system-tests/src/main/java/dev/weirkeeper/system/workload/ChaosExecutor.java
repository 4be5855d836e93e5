package dev.weirkeeper.system.workload;

import dev.weirkeeper.executor.ExecutorProcess;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Setting;
import java.util.List;

/** An executor that serves the tools of a workload. */
public final class ChaosExecutor {

  /** Where the world is. */
  private static final Setting<String> WORLD =
      Setting.text("world.url").describedAs("JDBC address of the tables that the tools change");

  private ChaosExecutor() {}

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    System.exit(
        ExecutorProcess.run(
            arguments,
            Catalogue.of(WORLD),
            settings -> List.of(new ChaosTools(new World(settings.get(WORLD))))));
  }
}
