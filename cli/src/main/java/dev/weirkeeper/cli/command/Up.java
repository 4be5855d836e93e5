package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.DataDirectory;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.operations.config.Given;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.START)
@Command(
    name = "up",
    description =
        "Run everything in this process until stopped: broker, registry, PostgreSQL, services. Data"
            + " stays.",
    footer = {"%nExamples:", "  weir up", "  weir up --set stack.http-port=8080"})
final class Up extends WeirCommand {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "where the data is kept (default: .weir)")
  Path data = DataDirectory.DEFAULT;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "properties file with settings of the stack and its services")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "one setting, stronger than file and environment; may be repeated")
  Map<String, String> settings = new LinkedHashMap<>();

  @Override
  ExitCode run(Terminal terminal) throws InterruptedException {
    Given given = Given.from(Optional.ofNullable(config), System.getenv()).with(settings);
    LocalStack stack = StackStart.start(data, given, terminal);
    terminal.show(
        stack.address(),
        () -> {
          StringBuilder text = new StringBuilder("endpoints:\n");
          stack
              .address()
              .forEach(
                  (key, value) -> {
                    if (!key.equals(ClusterAddress.AUDIT_TOKEN.key())) {
                      text.append("  ").append(key).append('=').append(value).append('\n');
                    }
                  });
          return text.append("stop with Ctrl-C; the data stays in ").append(data).toString();
        });
    // The process ends by a signal, and the shutdown hook stops the stack.
    Thread.currentThread().join();
    return ExitCode.INTERRUPTED;
  }
}
