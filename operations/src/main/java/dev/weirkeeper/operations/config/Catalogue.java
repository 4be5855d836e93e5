package dev.weirkeeper.operations.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The keys a service understands, in the order they are shown, with the rules between them.
 * Immutable.
 */
public final class Catalogue {

  /** First words of the keys of all services: one file may hold the keys of several of them. */
  static final Set<String> SECTIONS =
      Set.of(
          "audit",
          "cli",
          "console",
          "executor",
          "http",
          "log",
          "planner",
          "provider",
          "redaction",
          "schema",
          "stack",
          "tools",
          "topics",
          "trace");

  private final List<Setting<?>> settings;
  private final List<Function<Settings, Optional<Problem>>> rules;

  private Catalogue(List<Setting<?>> settings, List<Function<Settings, Optional<Problem>>> rules) {
    Set<String> seen = new HashSet<>();
    for (Setting<?> setting : settings) {
      if (!seen.add(setting.environmentName())) {
        throw new IllegalArgumentException("declared twice: " + setting.key());
      }
    }
    this.settings = List.copyOf(settings);
    this.rules = List.copyOf(rules);
  }

  /**
   * A catalogue of these settings.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static Catalogue of(Setting<?>... settings) {
    return new Catalogue(Arrays.asList(settings), List.of());
  }

  /** This catalogue followed by another. */
  public Catalogue and(Catalogue other) {
    return new Catalogue(
        Stream.concat(settings.stream(), other.settings.stream()).toList(),
        Stream.concat(rules.stream(), other.rules.stream()).toList());
  }

  /** Adds a rule between settings; it is asked only once each of them is right by itself. */
  public Catalogue rule(Function<Settings, Optional<Problem>> rule) {
    return new Catalogue(settings, Stream.concat(rules.stream(), Stream.of(rule)).toList());
  }

  /** Every setting, in order. */
  public List<Setting<?>> settings() {
    return settings;
  }

  List<Function<Settings, Optional<Problem>>> rules() {
    return rules;
  }

  /** The settings as a table for documents, one row each. */
  public String markdown() {
    StringBuilder table =
        new StringBuilder("| key | kind | default | allowed | meaning |\n|---|---|---|---|---|\n");
    for (Setting<?> setting : settings) {
      String known =
          setting.wellKnownNames().isEmpty()
              ? ""
              : " (also `" + String.join("`, `", setting.wellKnownNames()) + "`)";
      table
          .append("| `")
          .append(setting.key())
          .append("` | ")
          .append(setting.kind())
          .append(" | ")
          .append(setting.defaultText().isEmpty() ? "required" : code(setting.defaultText()))
          .append(" | ")
          .append(setting.range())
          .append(" | ")
          .append(setting.description())
          .append(known)
          .append(" |\n");
    }
    return table.toString();
  }

  private static String code(String text) {
    return text.equals("none") ? text : "`" + text + "`";
  }

  boolean declares(String key) {
    return settings.stream().anyMatch(setting -> setting.key().equals(key));
  }

  boolean readsFrom(String environmentName) {
    return settings.stream().anyMatch(setting -> setting.environmentName().equals(environmentName));
  }

  /** True if the key belongs to another service, as far as its first word tells. */
  boolean foreign(String key) {
    String section = section(key);
    return SECTIONS.contains(section)
        && settings.stream().noneMatch(setting -> section(setting.key()).equals(section));
  }

  /** The declared key that a misspelt one was most likely meant to be. */
  Optional<String> closest(String unknown) {
    Collection<String> keys = new ArrayList<>();
    settings.forEach(setting -> keys.add(setting.key()));
    return Spelling.closest(unknown, keys);
  }

  private static String section(String key) {
    int dot = key.indexOf('.');
    return dot < 0 ? key : key.substring(0, dot);
  }
}
