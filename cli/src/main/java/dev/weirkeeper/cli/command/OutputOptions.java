package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.log.LogFormat;
import dev.weirkeeper.operations.log.LogLevel;
import picocli.CommandLine.Option;

/** How results are shown, as options of every command. */
final class OutputOptions {

  @Option(names = "--json", description = "results as JSON, one object per line")
  boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "log to standard error")
  boolean verbose;

  Terminal terminal() {
    return Terminal.ofProcess(json);
  }

  /** Sets what is logged by a command that only talks to servers. */
  void log() {
    new LogConfig(
            LogFormat.TEXT,
            verbose ? LogLevel.INFO : LogLevel.OFF,
            verbose ? LogLevel.INFO : LogLevel.OFF,
            LogConfig.STDERR)
        .apply();
  }
}
