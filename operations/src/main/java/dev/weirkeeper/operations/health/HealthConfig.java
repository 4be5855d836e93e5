package dev.weirkeeper.operations.health;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;

/**
 * Where a service answers probes.
 *
 * @param host address to bind to; {@code 0.0.0.0} for all
 * @param port 0 for any free one
 */
public record HealthConfig(String host, int port) {

  private static final Setting<String> HOST =
      Setting.text("http.host")
          .defaultsTo("127.0.0.1")
          .describedAs("address for health and metrics; 0.0.0.0 for all");

  private static final Setting<Integer> PORT =
      Setting.integer("http.port")
          .defaultsTo("8080")
          .between("0", "65535")
          .describedAs("port for health and metrics; 0 for any free one");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE = Catalogue.of(HOST, PORT);

  /** Takes this record's part of a service's settings. */
  public static HealthConfig from(Settings settings) {
    return new HealthConfig(settings.get(HOST), settings.get(PORT));
  }
}
