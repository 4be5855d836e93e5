package dev.weirkeeper.executor.builtin.sql;

import dev.weirkeeper.executor.builtin.database.SharedPostgres;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A database as careless as they come: functions that write as their owner are open to everyone.
 */
final class ShopDatabase implements AutoCloseable {
  final ToolDatabase tools;
  private final String url;

  /** Makes the database, and the role that owns its schema. */
  ShopDatabase(String name) {
    this.url = SharedPostgres.url(name);
    this.tools = ToolDatabase.open(SharedPostgres.demo(name));
    tools.prepare();
    execute(SCHEMA.replace("OWNER", name + "_owner"));
  }

  static SqlConfig.Login login(String user, String schema, int maxRows, Duration timeout) {
    return new SqlConfig.Login(user, Optional.empty(), List.of(schema), maxRows, timeout);
  }

  void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  List<String> rows(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return rows(statement, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> rows(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(row.getString(1));
      }
      return rows;
    }
  }

  /** Everything an attack could change, as lines that can be compared. */
  List<String> fingerprint() {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      List<String> sources = new ArrayList<>(CATALOGUES);
      sources.addAll(
          rows(
              statement,
              "SELECT format('SELECT * FROM %I.%I', schemaname, tablename) FROM pg_tables"
                  + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"));
      List<String> lines = new ArrayList<>();
      for (String source : sources) {
        lines.add(
            source
                + rows(
                    statement,
                    "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM ("
                        + source
                        + ") t"));
      }
      return lines;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    tools.close();
  }

  private static final List<String> CATALOGUES =
      List.of(
          "SELECT schemaname, sequencename, last_value FROM pg_sequences",
          "SELECT oid, relname, relnamespace, relowner, relacl, relkind FROM pg_class",
          "SELECT oid, proname, prosrc, proowner, proacl FROM pg_proc WHERE oid >= 16384",
          "SELECT oid, nspname, nspowner, nspacl FROM pg_namespace",
          "SELECT * FROM pg_authid",
          "SELECT * FROM pg_auth_members",
          "SELECT * FROM pg_db_role_setting",
          "SELECT oid, datname, datdba, datacl FROM pg_database",
          "SELECT oid, lomowner, lomacl FROM pg_largeobject_metadata",
          "SELECT loid, pageno, data FROM pg_largeobject",
          "SELECT oid, typname FROM pg_type WHERE oid >= 16384",
          "SELECT oid, extname, extversion FROM pg_extension",
          "SELECT * FROM pg_trigger",
          "SELECT * FROM pg_rewrite WHERE oid >= 16384",
          "SELECT * FROM pg_policy",
          "SELECT * FROM pg_description WHERE objoid >= 16384",
          "SELECT * FROM pg_shdescription",
          "SELECT * FROM pg_default_acl",
          "SELECT * FROM pg_prepared_xacts",
          "SELECT slot_name FROM pg_replication_slots",
          "SELECT * FROM pg_replication_origin",
          "SELECT * FROM pg_tablespace",
          "SELECT name, setting FROM pg_file_settings",
          "SELECT classid, objid, mode FROM pg_locks WHERE locktype = 'advisory'");

  private static final String SCHEMA =
      """
      CREATE ROLE OWNER;
      CREATE EXTENSION dblink;
      CREATE SCHEMA shop AUTHORIZATION OWNER;
      SET ROLE OWNER;
      CREATE TABLE shop.customers (
        id serial PRIMARY KEY, name text NOT NULL, since timestamptz NOT NULL DEFAULT now());
      CREATE TABLE shop.orders (
        id serial PRIMARY KEY, customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE,
        amount numeric(12, 2) NOT NULL, paid boolean NOT NULL, note jsonb);
      INSERT INTO shop.customers (name) SELECT 'customer ' || n FROM generate_series(1, 50) n;
      INSERT INTO shop.orders (customer, amount, paid, note)
        SELECT n, n * 10.5, n % 2 = 0, jsonb_build_object('n', n) FROM generate_series(1, 50) n;
      CREATE TABLE shop.counter (n int NOT NULL);
      INSERT INTO shop.counter VALUES (0);
      CREATE VIEW shop.names AS SELECT id, name FROM shop.customers;
      CREATE MATERIALIZED VIEW shop.totals AS SELECT sum(amount) FROM shop.orders;
      CREATE FUNCTION shop.noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE FUNCTION shop.bump() RETURNS int LANGUAGE plpgsql AS $$
        BEGIN UPDATE shop.counter SET n = n + 1; RETURN 1; END $$;
      CREATE FUNCTION shop.bump_as_owner() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN UPDATE shop.counter SET n = n + 1; RETURN 1; END $$;
      CREATE VIEW shop.bumping AS SELECT shop.bump_as_owner();
      CREATE FUNCTION shop.ddl_as_owner() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN CREATE TABLE public.evil (a int); RETURN 1; END $$;
      CREATE FUNCTION shop.escape_read_only() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          PERFORM set_config('transaction_read_only', 'off', true);
          UPDATE shop.counter SET n = n + 1; RETURN 1;
        END $$;
      CREATE FUNCTION shop.run_as_owner(command text) RETURNS int
        LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN EXECUTE command; RETURN 1; END $$;
      CREATE PROCEDURE shop.write_as_owner() LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN UPDATE shop.counter SET n = n + 1; END $$;
      CREATE PROCEDURE shop.commit_then_write() LANGUAGE plpgsql AS $$
        BEGIN COMMIT; UPDATE shop.counter SET n = n + 1; END $$;
      CREATE TABLE shop.audit (what text);
      SELECT lo_from_bytea(4711, 'precious');
      RESET ROLE;
      DO $$ DECLARE f regprocedure; BEGIN
        FOR f IN SELECT objid::regprocedure FROM pg_depend
          WHERE deptype = 'e' AND classid = 'pg_proc'::regclass
            AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'dblink')
        LOOP EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC'; END LOOP;
      END $$;
      """;
}
