package dev.weirkeeper.operations.redaction;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Tells in one pass over a text which rules could match it at all: most texts have no secret, and
 * for them this pass is all there is. Immutable.
 */
final class Hints {

  private static final int ASCII = 128;
  private static final int CARD_DIGITS = 14;

  /** A hint and the rules it stands for. */
  private record Hint(String text, int rule) {}

  private static final Hint[] NOTHING = {};

  /** Hints by their first two characters. Arrays, since it is asked for every character. */
  private final Hint[][] byPair = new Hint[ASCII * ASCII][];

  private final BitSet always = new BitSet();
  private final BitSet digits = new BitSet();

  /** Hints of rules, which are named by their place in the list. */
  Hints(List<Rule> rules) {
    Arrays.fill(byPair, NOTHING);
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).hints().isEmpty()) {
        always.set(i);
      }
      for (String text : rules.get(i).hints()) {
        if (text.equals(Rule.DIGITS)) {
          digits.set(i);
        } else {
          int pair = text.charAt(0) * ASCII + text.charAt(1);
          Hint[] more = Arrays.copyOf(byPair[pair], byPair[pair].length + 1);
          more[more.length - 1] = new Hint(text, i);
          byPair[pair] = more;
        }
      }
    }
  }

  /** The rules that may match a text. */
  BitSet in(CharSequence text) {
    BitSet found = (BitSet) always.clone();
    int run = 0;
    int before = 0;
    for (int i = 0; i < text.length(); i++) {
      int c = lower(text.charAt(i));
      run = next(run, c, found);
      for (Hint hint : byPair[before * ASCII + c]) {
        if (!found.get(hint.rule) && starts(text, i - 1, hint.text)) {
          found.set(hint.rule);
        }
      }
      before = c;
    }
    return found;
  }

  /** True if any rule may match what these bytes spell. */
  boolean anyIn(byte[] bytes) {
    BitSet found = (BitSet) always.clone();
    int run = 0;
    int before = 0;
    for (int i = 0; i < bytes.length && found.isEmpty(); i++) {
      int c = lower((char) (bytes[i] & 0xff));
      run = next(run, c, found);
      for (Hint hint : byPair[before * ASCII + c]) {
        if (starts(bytes, i - 1, hint.text)) {
          found.set(hint.rule);
        }
      }
      before = c;
    }
    return !found.isEmpty();
  }

  /** Counts digits that stand together, single spaces and dashes between them aside. */
  private int next(int run, int c, BitSet found) {
    if (c >= '0' && c <= '9') {
      if (run + 1 == CARD_DIGITS) {
        found.or(digits);
      }
      return run + 1;
    }
    return c == ' ' || c == '-' ? run : 0;
  }

  private static boolean starts(CharSequence text, int at, String hint) {
    if (text.length() - at < hint.length()) {
      return false;
    }
    for (int i = 2; i < hint.length(); i++) {
      if (lower(text.charAt(at + i)) != hint.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean starts(byte[] text, int at, String hint) {
    if (text.length - at < hint.length()) {
      return false;
    }
    for (int i = 2; i < hint.length(); i++) {
      if (lower((char) (text[at + i] & 0xff)) != hint.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** In lower case; anything beyond ASCII is 0, which no hint holds. */
  private static int lower(char c) {
    return c >= ASCII ? 0 : c >= 'A' && c <= 'Z' ? c + 32 : c;
  }
}
