package dev.weirkeeper.cli.trouble;

import org.jspecify.annotations.Nullable;

/** A command can't go on; the message is what its user reads, and says what to do. */
public final class Trouble extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  /** Trouble with a reason in words. */
  public Trouble(ExitCode exitCode, String sentence) {
    this(exitCode, sentence, null);
  }

  /** Trouble that something else caused; the cause goes to the log only. */
  public Trouble(ExitCode exitCode, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.exitCode = exitCode;
  }

  /** The sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /** What the process returns. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
