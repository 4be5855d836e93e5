package dev.weirkeeper.cli.conformance;

/**
 * How a check ended.
 *
 * @param check what was checked, as a sentence about the executor
 * @param outcome how it ended
 * @param detail why it failed or was skipped; empty if it passed
 * @param millis how long it took
 */
public record Verdict(String check, Outcome outcome, String detail, long millis) {

  /** The ends of a check. */
  public enum Outcome {
    PASSED,
    FAILED,
    /** The executor offers no tool to check it with. */
    SKIPPED
  }
}
