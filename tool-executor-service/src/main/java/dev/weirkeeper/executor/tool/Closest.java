package dev.weirkeeper.executor.tool;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class Closest {

  private static final int LONGEST = 100;

  private Closest() {}

  /**
   * The candidate with the fewest edits from the given text, if these are at most two fifths of its
   * length. Case and the difference between spaces, dashes and underscores do not count.
   */
  public static Optional<String> to(String given, Collection<String> candidates) {
    String from = plain(given);
    return candidates.stream()
        .map(candidate -> new Guess(candidate, edits(from, plain(candidate))))
        .filter(guess -> guess.edits * 5 <= Math.max(from.length(), guess.candidate.length()) * 2)
        .min(Comparator.comparingInt(Guess::edits))
        .map(Guess::candidate);
  }

  private record Guess(String candidate, int edits) {}

  private static String plain(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    return cut.toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
  }

  private static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      previous[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[to.length() + 1];
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replace = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(
                Math.min(previous[column], current[column - 1]) + 1,
                previous[column - 1] + replace);
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
