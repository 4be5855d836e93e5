package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.trouble.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that only holds others; alone it shows its help. */
@Command(mixinStandardHelpOptions = true)
abstract class Group implements Callable<Integer> {

  @Spec @org.jspecify.annotations.Nullable CommandSpec spec;

  @Override
  public final Integer call() {
    if (spec != null) {
      spec.commandLine().usage(System.err);
    }
    return ExitCode.USAGE.number();
  }
}
