package dev.weirkeeper.operations.config;

/**
 * One thing wrong with the settings given.
 *
 * @param key the setting as written in a file
 * @param given the value as given, {@code ***} for secrets, {@code nothing} if absent
 * @param expected what would be right
 */
public record Problem(String key, String given, String expected) {

  @Override
  public String toString() {
    return key + ": " + given + " given, expected " + expected;
  }
}
