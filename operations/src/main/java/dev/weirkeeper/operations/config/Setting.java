package dev.weirkeeper.operations.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one key: its name, how its value is read, default, range and meaning.
 *
 * <p>Declare with one of the static methods, refine, and finish with {@link #describedAs}. A
 * setting without a default is required, unless it is {@link #optional()}.
 *
 * <pre>{@code
 * static final Setting<Duration> GRACE =
 *     Setting.duration("planner.handover-grace").defaultsTo("30s").between("0s", "10m")
 *         .describedAs("how long a new owner waits for a reply that may still come");
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param <T> what the value is read as
 */
public final class Setting<T> {

  /** Reads a value or says what was expected instead. */
  private interface Parser<T> {
    T parse(String text) throws Unreadable;
  }

  /** The text is no value of this setting; the message is what would be. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String expected) {
      super(expected);
    }
  }

  private final String key;
  private final String kind;
  private final Parser<T> parser;
  private final Optional<T> absent;
  private final String defaultText;
  private final String range;
  private final String description;
  private final boolean secret;
  private final List<String> wellKnown;

  private Setting(
      String key,
      String kind,
      Parser<T> parser,
      Optional<T> absent,
      String defaultText,
      String range,
      String description,
      boolean secret,
      List<String> wellKnown) {
    this.key = key;
    this.kind = kind;
    this.parser = parser;
    this.absent = absent;
    this.defaultText = defaultText;
    this.range = range;
    this.description = description;
    this.secret = secret;
    this.wellKnown = wellKnown;
  }

  private static <T> Setting<T> declare(String key, String kind, Parser<T> parser) {
    if (!key.matches("[a-z][a-z0-9]*([.-][a-z0-9]+)*")) {
      throw new IllegalArgumentException("not a setting's name: " + key);
    }
    return new Setting<>(key, kind, parser, Optional.empty(), "", "", "", false, List.of());
  }

  /** Any text that is not blank. */
  public static Setting<String> text(String key) {
    return declare(key, "text", Setting::notBlank);
  }

  /** A whole number, underscores allowed. */
  public static Setting<Integer> integer(String key) {
    return declare(key, "whole number", text -> Math.toIntExact(wholeNumber(text)));
  }

  /** A whole number that may pass two thousand million. */
  public static Setting<Long> longInteger(String key) {
    return declare(key, "whole number", Setting::wholeNumber);
  }

  /**
   * A length of time with its unit: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}.
   */
  public static Setting<Duration> duration(String key) {
    return declare(key, "duration", text -> quantity(Quantity::duration, text));
  }

  /** A number of bytes with its unit: {@code 512B}, {@code 64KiB}, {@code 10MiB}, {@code 2GiB}. */
  public static Setting<Long> bytes(String key) {
    return declare(key, "size", text -> quantity(Quantity::bytes, text));
  }

  /** {@code true} or {@code false}. */
  public static Setting<Boolean> flag(String key) {
    return declare(
        key,
        "true or false",
        text ->
            switch (text.trim().toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new Unreadable("true or false");
            });
  }

  /** An absolute address with scheme. */
  public static Setting<URI> uri(String key) {
    return declare(
        key,
        "URI",
        text -> {
          try {
            URI uri = new URI(text.trim());
            if (!uri.isAbsolute()) {
              throw new Unreadable("an address with its scheme, such as http://host:port");
            }
            return uri;
          } catch (URISyntaxException e) {
            throw new Unreadable("an address such as http://host:port");
          }
        });
  }

  /** A password, key or token. Give it as {@code ${file:/path}} or in the environment. */
  public static Setting<Secret> secret(String key) {
    Setting<Secret> open = declare(key, "secret", text -> Secret.of(notBlank(text).strip()));
    return new Setting<>(
        open.key,
        open.kind,
        open.parser,
        open.absent,
        open.defaultText,
        open.range,
        open.description,
        true,
        open.wellKnown);
  }

  /** One of the constants of an enum, written in lower case with dashes. */
  public static <E extends Enum<E>> Setting<E> choice(String key, Class<E> type) {
    String all =
        Arrays.stream(type.getEnumConstants()).map(Setting::word).collect(Collectors.joining(", "));
    return declare(
            key,
            "choice",
            text ->
                Arrays.stream(type.getEnumConstants())
                    .filter(constant -> word(constant).equalsIgnoreCase(text.trim()))
                    .findFirst()
                    .orElseThrow(() -> new Unreadable("one of " + all)))
        .inRange("one of " + all);
  }

  /** Items separated by commas; blank items are dropped, an empty list is allowed. */
  public static Setting<List<String>> list(String key) {
    return declare(
        key,
        "list",
        text ->
            Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList());
  }

  /**
   * The value used where none is given, in the form a user would write.
   *
   * @throws IllegalArgumentException if it is not a value of this setting
   */
  public Setting<T> defaultsTo(String text) {
    try {
      return new Setting<>(
          key,
          kind,
          parser,
          Optional.of(parser.parse(text)),
          text,
          range,
          description,
          secret,
          wellKnown);
    } catch (Unreadable e) {
      throw new IllegalArgumentException(
          key + ": default '" + text + "' is not " + e.getMessage(), e);
    }
  }

  /** The same setting, read as an empty value where none is given. */
  public Setting<Optional<T>> optional() {
    return new Setting<>(
        key,
        kind,
        text -> text.isBlank() ? Optional.empty() : Optional.of(parser.parse(text)),
        Optional.of(Optional.empty()),
        "none",
        range,
        description,
        secret,
        wellKnown);
  }

  /**
   * Limits the value to a closed range, both ends in the form a user would write.
   *
   * @throws IllegalArgumentException if an end is not a value of this setting or values have no
   *     order
   */
  public Setting<T> between(String least, String most) {
    try {
      Comparable<T> low = comparable(parser.parse(least));
      Comparable<T> high = comparable(parser.parse(most));
      return where(
          value -> low.compareTo(value) <= 0 && high.compareTo(value) >= 0, least + " to " + most);
    } catch (Unreadable e) {
      throw new IllegalArgumentException(key + ": range end is not " + e.getMessage(), e);
    }
  }

  /**
   * Limits the value to those that pass a test.
   *
   * @param allowed the values
   * @param range the same in words, as it follows "expected"
   */
  public Setting<T> where(Predicate<T> allowed, String range) {
    Setting<T> limited =
        new Setting<>(
            key,
            kind,
            text -> {
              T value = parser.parse(text);
              if (!allowed.test(value)) {
                throw new Unreadable(range);
              }
              return value;
            },
            absent,
            defaultText,
            range,
            description,
            secret,
            wellKnown);
    return absent.isPresent() && !secret && !defaultText.equals("none")
        ? limited.defaultsTo(defaultText)
        : limited;
  }

  /** Reads the value as something of the service's own; the function throws what it refuses. */
  public <U> Setting<U> as(Function<T, U> constructor) {
    Setting<U> open =
        new Setting<>(
            key,
            kind,
            text -> {
              try {
                return constructor.apply(parser.parse(text));
              } catch (IllegalArgumentException e) {
                throw new Unreadable(String.valueOf(e.getMessage()));
              }
            },
            absent.map(constructor),
            defaultText,
            range,
            description,
            secret,
            wellKnown);
    return open;
  }

  /**
   * Also accepts names that people know from elsewhere, in the environment, after our own.
   *
   * @param environmentNames such as {@code KAFKA_BOOTSTRAP_SERVERS}
   */
  public Setting<T> alsoFrom(String... environmentNames) {
    return new Setting<>(
        key,
        kind,
        parser,
        absent,
        defaultText,
        range,
        description,
        secret,
        List.of(environmentNames));
  }

  /** What it is for, as a clause that fits in a table. */
  public Setting<T> describedAs(String description) {
    return new Setting<>(
        key, kind, parser, absent, defaultText, range, description, secret, wellKnown);
  }

  private Setting<T> inRange(String range) {
    return new Setting<>(
        key, kind, parser, absent, defaultText, range, description, secret, wellKnown);
  }

  /** Its name in a properties file. */
  public String key() {
    return key;
  }

  /** Its name in the environment: upper case, dots and dashes as underscores. */
  public String environmentName() {
    return Environment.nameOf(key);
  }

  /** Environment names known from elsewhere that are accepted too. */
  public List<String> wellKnownNames() {
    return wellKnown;
  }

  /** What kind of value it is, in a word or two. */
  public String kind() {
    return kind;
  }

  /** The default as a user would write it; empty if the setting is required. */
  public String defaultText() {
    return defaultText;
  }

  /** The values allowed in words; empty if all of its kind are. */
  public String range() {
    return range;
  }

  /** What it is for. */
  public String description() {
    return description;
  }

  /** True if its value must not be shown. */
  public boolean secret() {
    return secret;
  }

  /** Reads a given text, or the default if there is none. */
  T read(@Nullable String text) throws Unreadable {
    if (text == null) {
      if (absent.isPresent()) {
        return absent.get();
      }
      throw new Unreadable(range.isEmpty() ? "a " + kind : range);
    }
    return parser.parse(text);
  }

  @Override
  public String toString() {
    return key;
  }

  private static String notBlank(String text) throws Unreadable {
    if (text.isBlank()) {
      throw new Unreadable("text that is not blank");
    }
    return text;
  }

  private static <Q> Q quantity(Function<String, Q> reader, String text) throws Unreadable {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw new Unreadable(String.valueOf(e.getMessage()));
    }
  }

  private static long wholeNumber(String text) throws Unreadable {
    try {
      return Long.parseLong(text.trim().replace("_", ""));
    } catch (NumberFormatException e) {
      throw new Unreadable("a whole number");
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @SuppressWarnings("unchecked") // a value whose class implements Comparable compares to its own
  private Comparable<T> comparable(T value) {
    if (value instanceof Comparable<?>) {
      return (Comparable<T>) value;
    }
    throw new IllegalArgumentException(key + ": values have no order");
  }
}
