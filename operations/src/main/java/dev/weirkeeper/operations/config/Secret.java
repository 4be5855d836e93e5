package dev.weirkeeper.operations.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A password, key or token. Prints as {@code ***}, so that no log line, error or record shows it by
 * accident. Immutable.
 */
public final class Secret {

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  /** Wraps the text. */
  public static Secret of(String text) {
    return new Secret(text);
  }

  /** The text itself: call this only where it is handed to the party it is meant for. */
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret that
        && MessageDigest.isEqual(
            text.getBytes(StandardCharsets.UTF_8), that.text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
