package dev.weirkeeper.planner.edge;

/**
 * The beginning of what somebody else wrote, for reasons and messages: these end up in several
 * fields of one record, and a record has a longest length. The log keeps the whole.
 */
final class Brief {
  /** Longest text of this kind, in characters. */
  private static final int TEXT = 1_000;

  /** Longest name of a person or a thing, in characters. */
  private static final int NAME = 255;

  private Brief() {}

  static String text(String text) {
    return cut(text, TEXT);
  }

  static String name(String name) {
    return cut(name, NAME);
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "…";
  }
}
