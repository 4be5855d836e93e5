package dev.weirkeeper.operations.redaction;

import com.google.re2j.Pattern;
import java.util.List;

/**
 * One kind of secret.
 *
 * @param name what stands in the place of the secret
 * @param hints texts in lower case without one of which the pattern can't match; empty: it is tried
 *     on every text
 * @param pattern matches it; its group {@code secret}, if it has one, is what is replaced
 * @param check what it must also be
 */
record Rule(String name, List<String> hints, Pattern pattern, Check check) {

  /** The group of a pattern that is replaced, where not all of the match is. */
  static final String SECRET = "secret";

  /** A hint of its own: a run of digits as long as a card number's. */
  static final String DIGITS = "#digits";

  /** What a secret must be beside matching. */
  enum Check {
    NONE,
    CARD,
    OPAQUE;

    boolean passes(String secret) {
      return switch (this) {
        case NONE -> true;
        case CARD -> CardNumber.is(secret);
        case OPAQUE -> opaque(secret);
      };
    }

    /** No word of a language: it has a digit, or changes from small to capital letters. */
    private static boolean opaque(String secret) {
      boolean small = false;
      for (int i = 0; i < secret.length(); i++) {
        char c = secret.charAt(i);
        if (Character.isDigit(c) || (small && Character.isUpperCase(c))) {
          return true;
        }
        small |= Character.isLowerCase(c);
      }
      return false;
    }
  }

  boolean partial() {
    return pattern.namedGroups().containsKey(SECRET);
  }
}
