package dev.weirkeeper.system.check;

/**
 * A promise that was not kept.
 *
 * @param rule its name
 * @param about the session, call or record it is about
 */
public record Violation(String rule, String about, String what) {

  @Override
  public String toString() {
    return rule + ": " + about + ": " + what;
  }
}
