package dev.weirkeeper.executor.builtin.database;

import dev.weirkeeper.local.postgres.LocalPostgres;
import java.util.Optional;

/** One PostgreSQL server for all tests of this JVM, started when first needed. */
public final class SharedPostgres {
  private static final LocalPostgres SERVER = start();

  private SharedPostgres() {}

  private static LocalPostgres start() {
    LocalPostgres server = LocalPostgres.ephemeral();
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop-shared-postgres"));
    return server;
  }

  /** JDBC URL of a database of this name, created if missing, as superuser. */
  public static String url(String database) {
    return SERVER.createDatabase(database);
  }

  /** JDBC URL of the same database without a user. */
  public static String urlWithoutUser(String database) {
    return url(database).replaceFirst("\\?.*", "");
  }

  /** Settings for a database of this name with example users and tickets. */
  public static DatabaseConfig demo(String database) {
    return new DatabaseConfig(
        Optional.of(url(database)), Optional.empty(), Optional.empty(), "tools", 4, true);
  }
}
