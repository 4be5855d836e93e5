package dev.weirkeeper.operations.redaction;

import com.google.re2j.Matcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * Replaces secrets in text: those this process knows, and whatever has the form of one. What was
 * replaced can't be told apart afterwards, so a tool that needs a secret must be given it by its
 * settings, never through a conversation. Immutable and thread-safe.
 */
public final class Redaction {

  private static final String MARK = "[redacted:";
  private static final String KNOWN = "known-secret";

  /** Shorter known secrets would be found in ordinary words. */
  private static final int SHORTEST_KNOWN = 6;

  private static final Map<String, Rule> SHIPPED = RuleFile.parse(shippedText(), "rules.conf");

  private static final Redaction BY_FORM = new Redaction(List.copyOf(SHIPPED.values()), List.of());
  private static final Redaction NONE = new Redaction(List.of(), List.of());

  private final List<Rule> rules;
  private final List<String> known;
  private final Hints hints;

  private Redaction(List<Rule> rules, Collection<String> known) {
    this.rules = rules;
    this.known =
        known.stream()
            .filter(secret -> secret.length() >= SHORTEST_KNOWN)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    this.hints = new Hints(rules);
  }

  /** By the shipped rules alone. */
  public static Redaction byForm() {
    return BY_FORM;
  }

  /** Leaves everything as it is. */
  public static Redaction none() {
    return NONE;
  }

  /**
   * By the shipped rules and more.
   *
   * @param more text of a rule file; empty: none
   * @param origin its name, for messages
   * @param off names of rules that are not applied
   * @throws IllegalArgumentException if the text is no rule file, or a name in {@code off} is no
   *     rule's
   */
  public static Redaction of(String more, String origin, Collection<String> off) {
    Map<String, Rule> rules = new LinkedHashMap<>(SHIPPED);
    rules.putAll(RuleFile.parse(more, origin));
    for (String name : off) {
      if (rules.remove(name) == null) {
        throw new IllegalArgumentException(
            "no rule is named '%s'; rules are %s"
                .formatted(name, String.join(", ", rules.keySet())));
      }
    }
    return new Redaction(List.copyOf(rules.values()), List.of());
  }

  /** The same, with secrets that are replaced wherever they stand. */
  public Redaction knowing(Collection<String> secrets) {
    List<String> all = new ArrayList<>(known);
    all.addAll(secrets);
    return new Redaction(rules, all);
  }

  /** The text with each secret replaced by {@code [redacted:<rule>]}. */
  public String apply(String text) {
    return apply(text, new LinkedHashSet<>());
  }

  /**
   * The same.
   *
   * @param found gets the names of the rules that found something
   */
  public String apply(String text, Set<String> found) {
    return replace(text, known, Mask.NAME, found);
  }

  /**
   * The text with each secret covered so that it keeps its length in UTF-8: with digits where it is
   * all digits, with stars otherwise. For what must stay readable by position or length.
   *
   * @param found gets the names of the rules that found something
   */
  public String cover(String text, Set<String> found) {
    return replace(text, known, Mask.COVER, found);
  }

  /**
   * Bytes of any kind with each secret covered.
   *
   * @param found gets the names of the rules that found something
   * @return the same array if nothing was found
   */
  public byte[] cover(byte[] bytes, Set<String> found) {
    if (!suspects(bytes)) {
      return bytes;
    }
    // One character a byte: what is replaced in the text is replaced in the bytes.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String covered =
        replace(text, known.stream().map(Redaction::latin).toList(), Mask.COVER_BYTES, found);
    return covered.equals(text) ? bytes : covered.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** True unless it is certain that the bytes hold no secret, whatever they are. Cheap. */
  public boolean suspects(byte[] bytes) {
    if (hints.anyIn(bytes)) {
      return true;
    }
    if (known.isEmpty()) {
      return false;
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return known.stream().anyMatch(secret -> text.contains(latin(secret)));
  }

  /** What stands in the place of a secret. */
  private enum Mask {
    NAME {
      @Override
      String of(String rule, String secret, boolean number) {
        String mark = MARK + rule + "]";
        return number ? '"' + mark + '"' : mark;
      }
    },
    COVER {
      @Override
      String of(String rule, String secret, boolean number) {
        return covered(secret, Mask::bytes);
      }
    },
    /** The text is bytes, one character each. */
    COVER_BYTES {
      @Override
      String of(String rule, String secret, boolean number) {
        return covered(secret, _ -> 1);
      }
    };

    /**
     * @param number true if it is a number in JSON
     */
    abstract String of(String rule, String secret, boolean number);

    private static String covered(String secret, IntUnaryOperator width) {
      boolean digits = secret.chars().allMatch(c -> c >= '0' && c <= '9');
      StringBuilder covered = new StringBuilder();
      secret
          .codePoints()
          .forEach(c -> covered.append(digits ? "9" : "*".repeat(width.applyAsInt(c))));
      return covered.toString();
    }

    private static int bytes(int codePoint) {
      return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }
  }

  private String replace(String text, List<String> secrets, Mask mask, Set<String> found) {
    String clean = text;
    for (String secret : secrets) {
      if (clean.contains(secret)) {
        found.add(KNOWN);
        clean = clean.replace(secret, mask.of(KNOWN, secret, false));
      }
    }
    BitSet possible = hints.in(clean);
    for (int i = possible.nextSetBit(0); i >= 0; i = possible.nextSetBit(i + 1)) {
      clean = replace(rules.get(i), clean, mask, found);
    }
    return clean;
  }

  private static String replace(Rule rule, String text, Mask mask, Set<String> found) {
    Matcher matcher = rule.pattern().matcher(text);
    boolean partial = rule.partial();
    StringBuilder clean = new StringBuilder();
    int kept = 0;
    while (matcher.find()) {
      // Of several forms, one may have no part to keep.
      boolean part = partial && matcher.start(Rule.SECRET) >= 0;
      int from = part ? matcher.start(Rule.SECRET) : matcher.start();
      int to = part ? matcher.end(Rule.SECRET) : matcher.end();
      String secret = text.substring(from, to);
      if (secret.isEmpty() || masked(secret) || !rule.check().passes(secret)) {
        continue;
      }
      String instead = mask.of(rule.name(), secret, jsonNumber(text, from, secret));
      if (!instead.equals(secret)) {
        found.add(rule.name());
        clean.append(text, kept, from).append(instead);
        kept = to;
      }
    }
    return kept == 0 ? text : clean.append(text, kept, text.length()).toString();
  }

  /** True for digits after a quoted name and a colon: what replaces them has to be quoted. */
  private static boolean jsonNumber(String text, int from, String secret) {
    int colon = from - 1;
    while (colon >= 0 && Character.isWhitespace(text.charAt(colon))) {
      colon--;
    }
    return colon > 0
        && text.charAt(colon) == ':'
        && text.charAt(colon - 1) == '"'
        && secret.chars().allMatch(Character::isDigit);
  }

  /** True for what stands in the place of a secret already. */
  private static boolean masked(String secret) {
    return secret.startsWith(MARK) || secret.chars().allMatch(c -> c == '*');
  }

  private static String latin(String secret) {
    return new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String shippedText() {
    try (InputStream file = Redaction.class.getResourceAsStream("rules.conf")) {
      if (file == null) {
        throw new IllegalStateException("the shipped rules.conf is missing from the jar");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
