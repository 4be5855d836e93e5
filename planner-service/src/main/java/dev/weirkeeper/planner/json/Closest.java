package dev.weirkeeper.planner.json;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the word that was probably meant. */
final class Closest {

  private static final int LONGEST = 64;

  private Closest() {}

  /**
   * The candidate fewest edits away, case aside; empty if more than a third would have to change.
   */
  static Optional<String> to(String written, Collection<String> candidates) {
    if (written.length() > LONGEST) {
      return Optional.empty();
    }
    @Nullable String best = null;
    int fewest = Math.max(2, written.length() / 3) + 1;
    for (String candidate : candidates) {
      if (candidate.length() <= LONGEST) {
        int edits = edits(written.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
        if (edits < fewest && edits < candidate.length()) {
          fewest = edits;
          best = candidate;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static int edits(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(above[j], row[j - 1]) + 1, above[j - 1] + change);
      }
      above = row;
    }
    return above[b.length()];
  }
}
