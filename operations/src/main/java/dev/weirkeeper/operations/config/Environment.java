package dev.weirkeeper.operations.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How keys are written in the environment. */
final class Environment {

  static final String PREFIX = "WEIRKEEPER_";

  /** Names the properties file; a name for finding settings, not a setting. */
  static final String FILE = PREFIX + "CONFIG";

  private Environment() {}

  /** {@code planner.poll-interval} is {@code WEIRKEEPER_PLANNER_POLL_INTERVAL}. */
  static String nameOf(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * What the environment gives for a catalogue: declared keys by their own or a well-known name,
   * Kafka's keys under the prefix, and whatever else carries our prefix, so that it can be
   * reported.
   */
  static Map<String, String> read(Map<String, String> environment, Catalogue catalogue) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Setting<?> setting : catalogue.settings()) {
      for (String name : setting.wellKnownNames().reversed()) {
        put(given, setting.key(), environment.get(name));
      }
      put(given, setting.key(), environment.get(setting.environmentName()));
    }
    environment.forEach(
        (name, value) -> {
          if (!name.startsWith(PREFIX) || name.equals(FILE) || catalogue.readsFrom(name)) {
            return;
          }
          String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
          put(given, key.replaceFirst("^kafka\\.share\\.consumer\\.", KafkaKeys.SHARE), value);
        });
    return given;
  }

  private static void put(
      Map<String, String> given, String key, @org.jspecify.annotations.Nullable String value) {
    if (value != null && !value.isBlank()) {
      given.put(key, value);
    }
  }
}
