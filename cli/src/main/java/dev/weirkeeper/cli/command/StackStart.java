package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Explanation;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.log.LogFormat;
import dev.weirkeeper.operations.log.LogLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Starts a local stack for a command and tells its user how that goes. */
final class StackStart {

  private StackStart() {}

  /**
   * Starts a stack that stops when the process does. Logs go to a file beside the data.
   *
   * @throws Trouble if a part does not start
   */
  static LocalStack start(Path data, Given given, Terminal terminal) throws InterruptedException {
    long began = System.nanoTime();
    Path log = log(data);
    LocalStack stack;
    try {
      stack =
          LocalStack.start(
              data,
              given,
              (part, took, detail) ->
                  terminal.note(
                      terminal.styled(
                          Style.FAINT,
                          "%-20s ready in %-7s %s".formatted(part, Amounts.time(took), detail))));
    } catch (RuntimeException e) {
      Trouble trouble = new Explanation("the local broker").of(e);
      throw trouble.exitCode() == ExitCode.BUG
          ? new Trouble(ExitCode.BUG, trouble.sentence() + " " + log, e)
          : trouble;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  terminal.note("stopping ...");
                  stack.close();
                },
                "stop"));
    terminal.note(
        "ready in %s; log in %s"
            .formatted(Amounts.time(Duration.ofNanos(System.nanoTime() - began)), log));
    terminal.note("console: " + terminal.styled(Style.BOLD, stack.console()));
    stack.models().notice().ifPresent(terminal::note);
    return stack;
  }

  private static Path log(Path data) {
    Path file = data.resolve("weir.log");
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new Trouble(
          ExitCode.UNREACHABLE,
          "the data directory %s can't be made (%s): name another with --data".formatted(data, e),
          e);
    }
    new LogConfig(LogFormat.TEXT, LogLevel.INFO, LogLevel.WARN, file.toString()).apply();
    return file;
  }
}
