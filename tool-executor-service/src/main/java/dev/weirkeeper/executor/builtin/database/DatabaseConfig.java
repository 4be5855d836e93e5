package dev.weirkeeper.executor.builtin.database;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.util.Optional;

/**
 * Where the tools' tables are.
 *
 * @param url JDBC URL of a PostgreSQL database; absent: no tool that needs one is offered
 * @param user owner of the tools' schema
 * @param password of the user
 * @param schema where the tables live; created if missing
 * @param connections most connections open at once
 * @param demoData whether example users and tickets are added
 */
public record DatabaseConfig(
    Optional<String> url,
    Optional<String> user,
    Optional<Secret> password,
    String schema,
    int connections,
    boolean demoData) {

  public static final Setting<Optional<String>> URL =
      Setting.text("tools.database.url")
          .where(
              url -> url.startsWith("jdbc:postgresql:"),
              "a JDBC URL such as jdbc:postgresql://host:5432/database")
          .optional()
          .describedAs(
              "PostgreSQL database of lookup_user, the ticket tools, delete_record and the SQL"
                  + " tools");

  public static final Setting<Optional<String>> USER =
      Setting.text("tools.database.user")
          .optional()
          .describedAs("owner of the tools' schema, if not in the URL");

  public static final Setting<Optional<Secret>> PASSWORD =
      Setting.secret("tools.database.password").optional().describedAs("password of that user");

  public static final Setting<String> SCHEMA =
      Setting.text("tools.database.schema")
          .where(name -> name.matches("[a-z_][a-z0-9_]{0,62}"), "lower-case letters, digits and _")
          .defaultsTo("tools")
          .describedAs("schema of the tools' own tables, created if missing");

  public static final Setting<Integer> CONNECTIONS =
      Setting.integer("tools.database.connections")
          .defaultsTo("8")
          .between("1", "200")
          .describedAs("most connections of the tools' pool");

  public static final Setting<Boolean> DEMO_DATA =
      Setting.flag("tools.database.demo-data")
          .defaultsTo("false")
          .describedAs("adds twelve example users (u_001 to u_012) and seven tickets");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(URL, USER, PASSWORD, SCHEMA, CONNECTIONS, DEMO_DATA);

  /** Takes this record's part of an executor's settings. */
  public static DatabaseConfig from(Settings settings) {
    return new DatabaseConfig(
        settings.get(URL),
        settings.get(USER),
        settings.get(PASSWORD),
        settings.get(SCHEMA),
        settings.get(CONNECTIONS),
        settings.get(DEMO_DATA));
  }
}
