package dev.weirkeeper.operations.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one service, read and checked. Immutable.
 *
 * <pre>{@code
 * record PlannerConfig(Duration grace, KafkaKeys kafka) {
 *   static final Setting<Duration> GRACE = Setting.duration("planner.handover-grace")...;
 *   static final Catalogue CATALOGUE = Connection.CATALOGUE.and(Catalogue.of(GRACE));
 *
 *   static PlannerConfig from(Given given) {
 *     Settings settings = Settings.read(CATALOGUE, given);
 *     return new PlannerConfig(settings.get(GRACE), settings.kafka());
 *   }
 * }
 * }</pre>
 *
 * <p>A value {@code ${env:NAME}} stands for that environment variable and {@code ${file:/path}} for
 * the content of that file without white space around it, for secrets that are mounted.
 */
public final class Settings {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^:}]+)}");

  private final Map<String, Object> values;
  private final KafkaKeys kafka;

  private Settings(Map<String, Object> values, KafkaKeys kafka) {
    this.values = Map.copyOf(values);
    this.kafka = kafka;
  }

  /**
   * Reads every setting of a catalogue.
   *
   * @throws ConfigurationException with every problem: values that can't be read or are out of
   *     range, required ones that are missing, keys that nobody knows, rules that are broken
   */
  public static Settings read(Catalogue catalogue, Given given) {
    List<Problem> problems = new ArrayList<>();
    Map<String, String> keys = new TreeMap<>(given.keys(catalogue));
    keys.replaceAll((key, text) -> resolve(key, text, given, problems));
    Map<String, Object> values = new HashMap<>();
    for (Setting<?> setting : catalogue.settings()) {
      @Nullable String text = keys.get(setting.key());
      try {
        values.put(setting.key(), setting.read(text));
      } catch (Setting.Unreadable | ArithmeticException e) {
        problems.add(
            new Problem(
                setting.key(),
                text == null ? "nothing" : setting.secret() ? "***" : "'" + text + "'",
                e instanceof ArithmeticException
                    ? "a number below two thousand million"
                    : String.valueOf(e.getMessage())));
      }
    }
    Map<String, String> passed = new HashMap<>();
    keys.forEach(
        (key, text) -> {
          if (catalogue.declares(key) || catalogue.foreign(key)) {
            return;
          }
          if (KafkaKeys.owns(key)) {
            passed.put(key, text);
          } else {
            problems.add(unknown(key, catalogue));
          }
        });
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    Settings settings = new Settings(values, new KafkaKeys(passed));
    for (Function<Settings, Optional<Problem>> rule : catalogue.rules()) {
      rule.apply(settings).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return settings;
  }

  /**
   * The value of a setting.
   *
   * @throws NoSuchElementException if it is not of the catalogue these settings were read with
   */
  public <T> T get(Setting<T> setting) {
    Object value = values.get(setting.key());
    if (value == null) {
      throw new NoSuchElementException("not in the catalogue: " + setting.key());
    }
    @SuppressWarnings("unchecked") // stored by read() from the setting of this key
    T typed = (T) value;
    return typed;
  }

  /** Kafka's own keys, as given. */
  public KafkaKeys kafka() {
    return kafka;
  }

  /** Every secret among the values, for telling them from other text. */
  public List<Secret> secrets() {
    List<Secret> secrets = new ArrayList<>();
    values.values().forEach(value -> collect(value, secrets));
    secrets.addAll(kafka.secrets());
    return List.copyOf(secrets);
  }

  private static void collect(Object value, List<Secret> secrets) {
    switch (value) {
      case Secret secret -> secrets.add(secret);
      case Optional<?> optional -> optional.ifPresent(inner -> collect(inner, secrets));
      case Collection<?> items -> items.forEach(item -> collect(item, secrets));
      default -> {
        // no secret
      }
    }
  }

  private static Problem unknown(String key, Catalogue catalogue) {
    return new Problem(
        key,
        "an unknown key",
        catalogue
            .closest(key)
            .map(known -> "perhaps " + known)
            .orElse("a key from the table of settings"));
  }

  private static String resolve(String key, String text, Given given, List<Problem> problems) {
    Matcher reference = REFERENCE.matcher(text.trim());
    if (!reference.matches()) {
      return text;
    }
    String name = reference.group(2);
    if (reference.group(1).equals("env")) {
      Optional<String> value = given.variable(name);
      if (value.isEmpty()) {
        problems.add(new Problem(key, text, "the environment variable " + name + " to be set"));
      }
      return value.orElse(text);
    }
    try {
      return Files.readString(Path.of(name)).strip();
    } catch (IOException e) {
      problems.add(new Problem(key, text, "a file that can be read (" + e + ")"));
      return text;
    }
  }
}
