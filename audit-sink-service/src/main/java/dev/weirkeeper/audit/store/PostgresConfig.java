package dev.weirkeeper.audit.store;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.util.Optional;

/**
 * Where the audit store is.
 *
 * @param url JDBC address, such as {@code jdbc:postgresql://db:5432/audit}
 * @param user login; absent: as the address says
 * @param password of the login; absent: as the address says, or none
 * @param schema the schema that holds everything; made if it is not there
 * @param connections most connections at once, 2 or more
 */
public record PostgresConfig(
    String url, Optional<String> user, Optional<Secret> password, String schema, int connections) {

  public static final Setting<String> URL =
      Setting.text("audit.postgres.url")
          .where(url -> url.startsWith("jdbc:postgresql:"), "jdbc:postgresql://host:port/database")
          .describedAs("the audit store, PostgreSQL 18 or later");

  private static final Setting<Optional<String>> USER =
      Setting.text("audit.postgres.user").optional().describedAs("login at the audit store");

  private static final Setting<Optional<Secret>> PASSWORD =
      Setting.secret("audit.postgres.password")
          .optional()
          .describedAs("password at the audit store");

  private static final Setting<String> SCHEMA =
      Setting.text("audit.postgres.schema")
          .where(name -> name.matches("[a-z][a-z0-9_]{0,62}"), "lower-case letters, digits and _")
          .defaultsTo("audit")
          .describedAs("schema that holds the audit store; made if it is not there");

  private static final Setting<Integer> CONNECTIONS =
      Setting.integer("audit.postgres.connections")
          .between("2", "200")
          .defaultsTo("12")
          .describedAs("most connections to the audit store at once");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE = Catalogue.of(URL, USER, PASSWORD, SCHEMA, CONNECTIONS);

  /** Takes this record's part of the service's settings. */
  public static PostgresConfig from(Settings settings) {
    return new PostgresConfig(
        settings.get(URL),
        settings.get(USER),
        settings.get(PASSWORD),
        settings.get(SCHEMA),
        settings.get(CONNECTIONS));
  }
}
