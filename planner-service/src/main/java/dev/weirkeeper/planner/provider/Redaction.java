package dev.weirkeeper.planner.provider;

import dev.weirkeeper.operations.config.Secret;
import java.util.List;
import java.util.regex.Pattern;

/** Takes keys out of what providers say, for they like to repeat them. Immutable. */
record Redaction(List<Secret> keys) {

  private static final String HIDDEN = "***";
  private static final Pattern KEY_LIKE =
      Pattern.compile("\\b(?:sk|pk|rk|key)[-_][A-Za-z0-9_*.-]{6,}|(?i:bearer) +[^\\s\"',]{8,}");

  /** The text with every key of ours, and whatever looks like one, replaced. */
  String of(String text) {
    String clean = text;
    for (Secret key : keys) {
      if (!key.reveal().isEmpty()) {
        clean = clean.replace(key.reveal(), HIDDEN);
      }
    }
    return KEY_LIKE.matcher(clean).replaceAll(HIDDEN);
  }
}
