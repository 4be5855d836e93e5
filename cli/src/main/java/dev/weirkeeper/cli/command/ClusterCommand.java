package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Explanation;
import picocli.CommandLine.Mixin;

/** A command that talks to a cluster. */
abstract class ClusterCommand extends WeirCommand {

  @Mixin final ClusterOptions cluster = new ClusterOptions();

  @Override
  final ExitCode run(Terminal terminal) throws Exception {
    ClusterAddress address = cluster.address();
    try (Cluster connected = Cluster.connect(address)) {
      return run(connected.telling(terminal::progress), terminal);
    } catch (RuntimeException | java.util.concurrent.ExecutionException e) {
      throw new Explanation(address.connection().bootstrapServers()).of(e);
    }
  }

  abstract ExitCode run(Cluster cluster, Terminal terminal) throws Exception;
}
