package dev.weirkeeper.operations.redaction;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads rules; the form is described at the head of the shipped {@code rules.conf}. */
final class RuleFile {

  private static final int LONGEST_HINT = 64;

  private final String origin;
  private final Map<String, Rule> rules = new LinkedHashMap<>();

  private String name = "";
  private int begun;
  private List<String> hints = new ArrayList<>();
  private String pattern = "";
  private Rule.Check check = Rule.Check.NONE;

  private RuleFile(String origin) {
    this.origin = origin;
  }

  /**
   * The rules of a file by their names, in its order.
   *
   * @param origin its name, for messages
   * @throws IllegalArgumentException naming the line that is wrong and what is expected there
   */
  static Map<String, Rule> parse(String text, String origin) {
    RuleFile file = new RuleFile(origin);
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      file.line(i + 1, lines.get(i).strip());
    }
    file.finish();
    return file.rules;
  }

  private void line(int number, String line) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    if (line.startsWith("[") && line.endsWith("]")) {
      finish();
      name = line.substring(1, line.length() - 1);
      begun = number;
      if (!name.matches("[a-z][a-z0-9-]{0,39}")) {
        throw wrong(number, "rule '" + name + "'", "a name of lower-case letters, digits and -");
      }
      return;
    }
    int space = line.indexOf(' ');
    String word = space < 0 ? line : line.substring(0, space);
    String value = space < 0 ? "" : line.substring(space + 1).strip();
    if (name.isEmpty() || value.isEmpty()) {
      throw wrong(number, "'" + line + "'", "[name], or hint, pattern or check with a value");
    }
    switch (word) {
      case "hint" -> hints.add(hint(number, value));
      case "pattern" -> {
        try {
          var _ = Pattern.compile(value);
        } catch (PatternSyntaxException e) {
          throw wrong(number, "a pattern that can't be read: " + e.getMessage(), "an RE2 pattern");
        }
        pattern = value;
      }
      case "check" ->
          check =
              switch (value) {
                case "card" -> Rule.Check.CARD;
                case "opaque" -> Rule.Check.OPAQUE;
                default -> throw wrong(number, "check '" + value + "'", "card or opaque");
              };
      default -> throw wrong(number, "'" + word + "'", "hint, pattern or check");
    }
  }

  private String hint(int number, String value) {
    if (value.length() < 2 || value.length() > LONGEST_HINT || !value.matches("[\\x20-\\x7e]+")) {
      throw wrong(number, "hint '" + value + "'", "2 to " + LONGEST_HINT + " ASCII characters");
    }
    return value.toLowerCase(Locale.ROOT);
  }

  private void finish() {
    if (name.isEmpty()) {
      return;
    }
    if (pattern.isEmpty()) {
      throw wrong(begun, "rule " + name + " without a pattern", "a line: pattern …");
    }
    rules.put(name, new Rule(name, List.copyOf(hints), Pattern.compile(pattern), check));
    name = "";
    hints = new ArrayList<>();
    pattern = "";
    check = Rule.Check.NONE;
  }

  private IllegalArgumentException wrong(int line, String found, String expected) {
    return new IllegalArgumentException(
        "%s, line %d: %s; expected %s".formatted(origin, line, found, expected));
  }
}
