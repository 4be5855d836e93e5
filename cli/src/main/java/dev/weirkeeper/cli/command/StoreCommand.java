package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import picocli.CommandLine.Mixin;

/** A command that asks the audit store and needs nothing else. */
abstract class StoreCommand extends WeirCommand {

  @Mixin final ClusterOptions cluster = new ClusterOptions();

  @Override
  final ExitCode run(Terminal terminal) throws Exception {
    ClusterAddress address = cluster.address();
    try (Database store = Database.open(address.auditStore())) {
      return run(address, store, terminal);
    }
  }

  abstract ExitCode run(ClusterAddress address, Database store, Terminal terminal) throws Exception;
}
