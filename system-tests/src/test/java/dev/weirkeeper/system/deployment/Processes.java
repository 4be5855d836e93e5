package dev.weirkeeper.system.deployment;

import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.executor.ExecutorProcess;
import dev.weirkeeper.executor.builtin.BuiltinTools;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.planner.provider.ProviderSettings;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The processes of the image, by the class they are started with, and what each can be told. */
final class Processes {

  private static final Map<String, Catalogue> CATALOGUES =
      Map.of(
          "dev.weirkeeper.planner.Main", dev.weirkeeper.planner.Main.CATALOGUE,
          "dev.weirkeeper.executor.Main", ExecutorProcess.CATALOGUE.and(BuiltinTools.CATALOGUE),
          "dev.weirkeeper.audit.Main", dev.weirkeeper.audit.Main.CATALOGUE);

  private Processes() {}

  /**
   * Reads an environment as the process would.
   *
   * @throws dev.weirkeeper.operations.config.ConfigurationException as the process would
   */
  static void accept(String mainClass, Map<String, String> environment) {
    Given given = Given.from(Optional.empty(), environment);
    if (mainClass.equals("dev.weirkeeper.cli.Weir")) {
      ClusterAddress.from(given);
      ProviderSettings.from(Settings.read(ProviderSettings.CATALOGUE, given));
      return;
    }
    Settings.read(catalogue(mainClass), given);
  }

  /** What a service can be told. */
  static Catalogue catalogue(String mainClass) {
    Catalogue catalogue = CATALOGUES.get(mainClass);
    if (catalogue == null) {
      throw new AssertionError("no service starts with " + mainClass);
    }
    return catalogue;
  }

  /** The services, by the class they are started with. */
  static Set<String> services() {
    return CATALOGUES.keySet();
  }
}
