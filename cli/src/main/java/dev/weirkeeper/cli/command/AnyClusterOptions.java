package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.DataDirectory;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * A cluster that is named, or a local stack that runs, or else one that is started for the command.
 */
final class AnyClusterOptions extends ClusterOptions {

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "one setting of a stack that is started; may be repeated")
  Map<String, String> settings = new LinkedHashMap<>();

  /** Connects, having started a stack if there is nothing to connect to. */
  Cluster open(Terminal terminal) throws InterruptedException {
    if (named()) {
      return Cluster.connect(address());
    }
    if (DataDirectory.running(data).isPresent()) {
      terminal.note("using the stack that runs on " + data);
      return Cluster.connect(address());
    }
    LocalStack stack = StackStart.start(data, given().with(settings), terminal);
    return Cluster.connect(ClusterAddress.from(given().with(stack.address())));
  }
}
