package dev.weirkeeper.operations.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known word that a misspelt one was most likely meant to be. */
public final class Spelling {

  private Spelling() {}

  /** The closest of the known words by edits, if it is close enough to be worth naming. */
  public static Optional<String> closest(String given, Collection<String> known) {
    String plain = plain(given);
    return known.stream()
        .min(
            Comparator.<String>comparingInt(word -> distance(plain, plain(word)))
                .thenComparing(Comparator.naturalOrder()))
        .filter(word -> distance(plain, plain(word)) <= Math.max(2, word.length() / 3));
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
  }

  /** Single-character insertions, deletions and replacements between two words. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }
}
