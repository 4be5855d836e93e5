package dev.weirkeeper.cli.stack;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;

/**
 * How a local stack is run. Ports are on the loopback address; 0 takes a free one.
 *
 * @param partitions of topics keyed by session, when they are created
 */
public record StackConfig(
    int brokerPort,
    int registryPort,
    int postgresPort,
    int httpPort,
    int consolePort,
    int partitions) {

  private static final Setting<Integer> BROKER_PORT = port("stack.broker-port", "the broker");
  private static final Setting<Integer> REGISTRY_PORT =
      port("stack.registry-port", "the schema registry");
  private static final Setting<Integer> POSTGRES_PORT = port("stack.postgres-port", "PostgreSQL");
  static final Setting<Integer> HTTP_PORT =
      port("stack.http-port", "health and metrics of the whole stack");

  private static final Setting<Integer> CONSOLE_PORT =
      port("stack.console-port", "the API and the console");

  private static final Setting<Integer> PARTITIONS =
      Setting.integer("stack.partitions")
          .defaultsTo("2")
          .between("1", "64")
          .describedAs("partitions of topics keyed by session, when they are created");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(BROKER_PORT, REGISTRY_PORT, POSTGRES_PORT, HTTP_PORT, CONSOLE_PORT, PARTITIONS);

  /** Reads the settings. */
  public static StackConfig from(Given given) {
    Settings settings = Settings.read(CATALOGUE, given);
    return new StackConfig(
        settings.get(BROKER_PORT),
        settings.get(REGISTRY_PORT),
        settings.get(POSTGRES_PORT),
        settings.get(HTTP_PORT),
        settings.get(CONSOLE_PORT),
        settings.get(PARTITIONS));
  }

  private static Setting<Integer> port(String key, String of) {
    return Setting.integer(key)
        .defaultsTo("0")
        .between("0", "65535")
        .describedAs("port of " + of + "; 0 takes a free one");
  }
}
