package dev.weirkeeper.cli.trouble;

/** What the process returns, so that scripts can tell one end from another. */
public enum ExitCode {
  /** Everything asked for was done. */
  DONE(0, "done"),
  /**
   * The work was done and its outcome is not good: a task not complete, a check that found
   * something.
   */
  OUTCOME(1, "a task did not complete, or a check found something"),
  /** The command, its settings or its input can't be used. */
  USAGE(2, "wrong arguments, settings or input"),
  /** Something that is needed can't be reached or does not fit. */
  UNREACHABLE(3, "broker, registry, database or another part can't be reached or does not fit"),
  /** What was asked for does not exist. */
  NOT_FOUND(4, "no such session, task, agent or record"),
  /** A bug of ours. */
  BUG(70, "an error nobody foresaw: please report it"),
  /** Stopped by Ctrl-C or SIGTERM. */
  INTERRUPTED(130, "interrupted");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** The number the process returns. */
  public int number() {
    return number;
  }

  /** What it means, for help texts. */
  public String meaning() {
    return meaning;
  }
}
