package dev.weirkeeper.executor;

import dev.weirkeeper.executor.builtin.BuiltinTools;

/** Serves the shipped tools. */
public final class Main {

  private Main() {}

  /**
   * Runs until told to stop.
   *
   * @param arguments none, or {@code --config FILE}
   */
  public static void main(String[] arguments) {
    System.exit(
        ExecutorProcess.run(
            arguments, BuiltinTools.CATALOGUE, settings -> BuiltinTools.from(settings).tools()));
  }
}
