package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What all commands have in common: how they show results, and what they return. */
@Command(mixinStandardHelpOptions = true)
abstract class WeirCommand implements Callable<Integer> {

  @Mixin final OutputOptions output = new OutputOptions();

  @Override
  public final Integer call() throws Exception {
    output.log();
    return run(output.terminal()).number();
  }

  /**
   * Does the work.
   *
   * @throws dev.weirkeeper.cli.trouble.Trouble with the sentence for the user
   */
  abstract ExitCode run(Terminal terminal) throws Exception;
}
