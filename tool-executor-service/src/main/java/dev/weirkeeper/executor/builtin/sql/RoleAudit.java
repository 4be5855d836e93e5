package dev.weirkeeper.executor.builtin.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks for rights that a role must not have, in the role itself and in every role it is a member
 * of. It errs on the side of refusing.
 */
final class RoleAudit {

  /** Predefined roles that only read. Membership in any other predefined role is too much. */
  private static final String HARMLESS = "'pg_read_all_data', 'pg_read_all_settings'";

  private static final String MINE =
      "WITH mine AS (SELECT oid, rolname::text FROM pg_roles"
          + " WHERE pg_has_role(current_user, oid, 'MEMBER')) ";

  private static final String USER_SCHEMA =
      "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

  private RoleAudit() {}

  /** A right that the connected role must not have, in words, if it has one. */
  static Optional<String> excessOfReader(Connection connection) throws SQLException {
    List<Check> checks = new ArrayList<>(common());
    checks.add(
        new Check(
            "may change the table %s",
            MINE
                + "SELECT n.nspname || '.' || c.relname FROM mine, pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND "
                + USER_SCHEMA
                + " AND (has_table_privilege(mine.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
                + " OR has_any_column_privilege(mine.oid, c.oid, 'INSERT, UPDATE'))"));
    checks.add(
        new Check(
            "may change the sequence %s",
            MINE
                + "SELECT n.nspname || '.' || c.relname FROM mine, pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND "
                + USER_SCHEMA
                + " AND has_sequence_privilege(mine.oid, c.oid, 'USAGE, UPDATE')"));
    return first(connection, checks, new String[0]);
  }

  /** As {@link #excessOfReader}, for a role that may change the given schemas. */
  static Optional<String> excessOfWriter(Connection connection, List<String> schemas)
      throws SQLException {
    List<Check> checks = new ArrayList<>(common());
    checks.add(
        new Check(
            "may change the table %s, which is outside the allowed schemas",
            MINE
                + "SELECT n.nspname || '.' || c.relname FROM mine, pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND "
                + USER_SCHEMA
                + " AND n.nspname <> ALL (?)"
                + " AND (has_table_privilege(mine.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
                + " OR has_any_column_privilege(mine.oid, c.oid, 'INSERT, UPDATE'))"));
    checks.add(
        new Check(
            "may truncate the table %s",
            MINE
                + "SELECT n.nspname || '.' || c.relname FROM mine, pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p', 'f') AND "
                + USER_SCHEMA
                + " AND has_table_privilege(mine.oid, c.oid, 'TRUNCATE')"));
    return first(connection, checks, schemas.toArray(new String[0]));
  }

  /**
   * A question to the catalogue.
   *
   * @param finding what a row means; {@code %s} is the row
   * @param sql selects what the role has too much of
   */
  private record Check(String finding, String sql) {}

  private static List<Check> common() {
    return List.of(
        new Check(
            "has the attribute %s",
            MINE
                + "SELECT a.name || ' (' || mine.rolname || ')' FROM mine"
                + " JOIN pg_roles r ON r.oid = mine.oid,"
                + " LATERAL (VALUES ('SUPERUSER', rolsuper), ('CREATEROLE', rolcreaterole),"
                + " ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication),"
                + " ('BYPASSRLS', rolbypassrls)) a (name, held) WHERE held"),
        new Check(
            "is a member of %s",
            MINE
                + "SELECT rolname FROM mine WHERE rolname ~ '^pg_' AND rolname NOT IN ("
                + HARMLESS
                + ")"),
        new Check(
            "owns %s",
            MINE
                + "SELECT n.nspname || '.' || c.relname FROM mine JOIN pg_class c"
                + " ON c.relowner = mine.oid JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " UNION ALL "
                + "SELECT 'schema ' || nspname FROM mine JOIN pg_namespace ON nspowner = mine.oid"
                + " WHERE mine.rolname !~ '^pg_'"
                + " UNION ALL "
                + "SELECT 'function ' || proname FROM mine JOIN pg_proc ON proowner = mine.oid"),
        new Check(
            "may create objects in %s",
            MINE
                + "SELECT 'schema ' || n.nspname FROM mine, pg_namespace n"
                + " WHERE n.nspname !~ '^pg_(temp|toast)'"
                + " AND has_schema_privilege(mine.oid, n.oid, 'CREATE')"
                + " UNION ALL "
                + "SELECT 'this database' FROM mine"
                + " WHERE has_database_privilege(mine.oid, current_database(), 'CREATE')"),
        new Check(
            "may run the function %s, which has the rights of a superuser",
            MINE
                + "SELECT p.oid::regprocedure::text FROM mine, pg_proc p"
                + " JOIN pg_namespace n ON n.oid = p.pronamespace"
                + " JOIN pg_roles owner ON owner.oid = p.proowner"
                + " WHERE p.prosecdef AND owner.rolsuper AND "
                + USER_SCHEMA
                + " AND p.proname NOT IN ('claim_effect', 'complete_effect')"
                + " AND has_function_privilege(mine.oid, p.oid, 'EXECUTE')"
                + " AND has_schema_privilege(mine.oid, n.oid, 'USAGE')"),
        new Check(
            "may run %s, which reaches outside the database",
            MINE
                + "SELECT 'the function ' || p.proname FROM mine, pg_proc p"
                + " JOIN pg_language l ON l.oid = p.prolang"
                + " LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid"
                + " AND d.deptype = 'e'"
                + " LEFT JOIN pg_extension e ON e.oid = d.refobjid"
                + " WHERE has_function_privilege(mine.oid, p.oid, 'EXECUTE')"
                + " AND has_schema_privilege(mine.oid, p.pronamespace, 'USAGE')"
                + " AND ((NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c'))"
                + " OR e.extname IN ('dblink', 'adminpack', 'pg_surgery', 'file_fdw'))"));
  }

  private static Optional<String> first(Connection connection, List<Check> checks, String[] schemas)
      throws SQLException {
    for (Check check : checks) {
      try (PreparedStatement query = connection.prepareStatement(check.sql() + " LIMIT 1")) {
        if (check.sql().contains("?")) {
          query.setArray(1, connection.createArrayOf("text", schemas));
        }
        try (ResultSet row = query.executeQuery()) {
          if (row.next()) {
            return Optional.of(check.finding().formatted(row.getString(1)));
          }
        }
      }
    }
    return Optional.empty();
  }
}
