package dev.weirkeeper.operations.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Where settings are given: a properties file, over it the environment, over that what a program
 * sets itself. Immutable.
 */
public final class Given {

  private final Map<String, String> file;
  private final Map<String, String> environment;
  private final Map<String, String> overrides;

  private Given(
      Map<String, String> file, Map<String, String> environment, Map<String, String> overrides) {
    this.file = Map.copyOf(file);
    this.environment = Map.copyOf(environment);
    this.overrides = Map.copyOf(overrides);
  }

  /** Only these keys: for tests and for services started inside another program. */
  public static Given of(Map<String, String> keys) {
    return new Given(Map.of(), Map.of(), keys);
  }

  /**
   * What a process was given: {@code --config FILE} among its arguments, or else the file named by
   * {@code WEIRKEEPER_CONFIG}, and the environment.
   *
   * @throws ConfigurationException if the arguments are of another form or the file can't be read
   */
  public static Given toProcess(String... arguments) {
    Map<String, String> environment = System.getenv();
    if (arguments.length != 0 && !(arguments.length == 2 && arguments[0].equals("--config"))) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  "arguments", String.join(" ", arguments), "none, or --config and a file")));
    }
    Optional<String> name =
        arguments.length == 2
            ? Optional.of(arguments[1])
            : Optional.ofNullable(environment.get(Environment.FILE));
    return from(name.map(Path::of), environment);
  }

  /**
   * A properties file, if any, and an environment over it.
   *
   * @throws ConfigurationException if the file can't be read
   */
  public static Given from(Optional<Path> file, Map<String, String> environment) {
    return new Given(file.map(Given::load).orElse(Map.of()), environment, Map.of());
  }

  /** The same with keys that win over file and environment. */
  public Given with(Map<String, String> keys) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.putAll(keys);
    return new Given(file, environment, all);
  }

  /** The same with keys that count only where nothing else gives them. */
  public Given under(Map<String, String> keys) {
    Map<String, String> all = new LinkedHashMap<>(keys);
    all.putAll(file);
    return new Given(all, environment, overrides);
  }

  Map<String, String> keys(Catalogue catalogue) {
    Map<String, String> keys = new LinkedHashMap<>(file);
    keys.putAll(Environment.read(environment, catalogue));
    keys.putAll(overrides);
    return keys;
  }

  /** A variable of the environment the settings were given in, for {@code ${env:NAME}}. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name));
  }

  private static Map<String, String> load(Path path) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException(
          List.of(
              new Problem(
                  "settings file",
                  path.toString(),
                  "a properties file that can be read (" + e + ")")));
    }
    Map<String, String> keys = new LinkedHashMap<>();
    properties.stringPropertyNames().forEach(key -> keys.put(key, properties.getProperty(key)));
    return keys;
  }
}
