package dev.weirkeeper.executor.builtin.sql;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who runs the SQL of models, and within what limits.
 *
 * @param reader login of {@code sql_query}; absent: not offered
 * @param writer login of {@code execute_sql_write}; absent: not offered
 * @param createRoles whether the two roles are created and given their rights
 */
public record SqlConfig(Optional<Login> reader, Optional<Login> writer, boolean createRoles) {
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  /**
   * A database role that logs in.
   *
   * @param user its name
   * @param password if the server asks for one
   * @param schemas what it may read, or write
   * @param maxRows most rows it returns, or changes, in one call
   * @param timeout longest run of one statement
   */
  public record Login(
      String user,
      Optional<Secret> password,
      List<String> schemas,
      int maxRows,
      Duration timeout) {}

  public static final Setting<Optional<String>> QUERY_USER =
      name("tools.sql-query.user")
          .optional()
          .describedAs("database role of sql_query, which may read and nothing else");

  public static final Setting<Optional<Secret>> QUERY_PASSWORD =
      Setting.secret("tools.sql-query.password").optional().describedAs("its password");

  public static final Setting<List<String>> QUERY_SCHEMAS =
      schemas("tools.sql-query.schemas")
          .defaultsTo("public")
          .describedAs("schemas it is given the right to read, if the role is created");

  public static final Setting<Duration> QUERY_TIMEOUT =
      Setting.duration("tools.sql-query.timeout")
          .defaultsTo("20s")
          .between("100ms", "25s")
          .describedAs("longest run of one sql_query");

  public static final Setting<Integer> QUERY_MAX_ROWS =
      Setting.integer("tools.sql-query.max-rows")
          .defaultsTo("200")
          .between("1", "10000")
          .describedAs("most rows of one sql_query");

  public static final Setting<Optional<String>> WRITE_USER =
      name("tools.sql-write.user")
          .optional()
          .describedAs("database role of execute_sql_write, which may change allowed schemas only");

  public static final Setting<Optional<Secret>> WRITE_PASSWORD =
      Setting.secret("tools.sql-write.password").optional().describedAs("its password");

  public static final Setting<Optional<List<String>>> WRITE_SCHEMAS =
      schemas("tools.sql-write.schemas")
          .optional()
          .describedAs("schemas that execute_sql_write may change");

  public static final Setting<Duration> WRITE_TIMEOUT =
      Setting.duration("tools.sql-write.timeout")
          .defaultsTo("20s")
          .between("100ms", "25s")
          .describedAs("longest run of one execute_sql_write");

  public static final Setting<Integer> WRITE_MAX_ROWS =
      Setting.integer("tools.sql-write.max-rows")
          .defaultsTo("1000")
          .between("1", "1000000")
          .describedAs("most rows one execute_sql_write may change; more are rolled back");

  public static final Setting<Boolean> CREATE_ROLES =
      Setting.flag("tools.sql.create-roles")
          .defaultsTo("false")
          .describedAs(
              "creates the two roles and gives them their rights; the user of tools.database.url"
                  + " must be allowed to");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(
              QUERY_USER,
              QUERY_PASSWORD,
              QUERY_SCHEMAS,
              QUERY_MAX_ROWS,
              QUERY_TIMEOUT,
              WRITE_USER,
              WRITE_PASSWORD,
              WRITE_SCHEMAS,
              WRITE_MAX_ROWS,
              WRITE_TIMEOUT,
              CREATE_ROLES)
          .rule(SqlConfig::writerHasSchemas)
          .rule(SqlConfig::rolesDiffer);

  /** Takes this record's part of an executor's settings. */
  public static SqlConfig from(Settings settings) {
    return new SqlConfig(
        settings
            .get(QUERY_USER)
            .map(
                user ->
                    new Login(
                        user,
                        settings.get(QUERY_PASSWORD),
                        settings.get(QUERY_SCHEMAS),
                        settings.get(QUERY_MAX_ROWS),
                        settings.get(QUERY_TIMEOUT))),
        settings
            .get(WRITE_USER)
            .map(
                user ->
                    new Login(
                        user,
                        settings.get(WRITE_PASSWORD),
                        settings.get(WRITE_SCHEMAS).orElse(List.of()),
                        settings.get(WRITE_MAX_ROWS),
                        settings.get(WRITE_TIMEOUT))),
        settings.get(CREATE_ROLES));
  }

  private static Setting<String> name(String key) {
    return Setting.text(key)
        .where(text -> NAME.matcher(text).matches(), "lower-case letters, digits and _");
  }

  private static Setting<List<String>> schemas(String key) {
    return Setting.list(key)
        .where(
            all -> all.stream().allMatch(text -> NAME.matcher(text).matches()),
            "names of lower-case letters, digits and _, separated by commas");
  }

  private static Optional<Problem> writerHasSchemas(Settings settings) {
    boolean missing =
        settings.get(WRITE_USER).isPresent()
            && settings.get(WRITE_SCHEMAS).filter(all -> !all.isEmpty()).isEmpty();
    return missing
        ? Optional.of(
            new Problem(
                WRITE_SCHEMAS.key(),
                "nothing",
                "at least one schema, as " + WRITE_USER + " is set"))
        : Optional.empty();
  }

  private static Optional<Problem> rolesDiffer(Settings settings) {
    Optional<String> writer = settings.get(WRITE_USER);
    return writer.isPresent() && writer.equals(settings.get(QUERY_USER))
        ? Optional.of(
            new Problem(
                WRITE_USER.key(),
                "'" + writer.get() + "'",
                "another role than " + QUERY_USER + ": one reads, the other writes"))
        : Optional.empty();
  }
}
