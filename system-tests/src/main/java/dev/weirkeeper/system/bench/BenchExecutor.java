package dev.weirkeeper.system.bench;

import dev.weirkeeper.executor.ExecutorProcess;

/** An executor of the tool, as a process. */
public final class BenchExecutor {

  private BenchExecutor() {}

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    System.exit(ExecutorProcess.run(arguments, new EchoTool()));
  }
}
