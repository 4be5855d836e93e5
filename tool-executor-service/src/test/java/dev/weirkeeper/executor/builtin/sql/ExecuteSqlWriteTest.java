package dev.weirkeeper.executor.builtin.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExecuteSqlWriteTest {
  private static final ShopDatabase SHOP = new ShopDatabase("sql_write");
  private static final ExecuteSqlWrite TOOL =
      new ExecuteSqlWrite(
          SHOP.tools, ShopDatabase.login("shop_writer", "stock", 10, Duration.ofSeconds(2)), true);
  private static final ToolTrial TRIAL = ToolTrial.of(TOOL);

  static {
    SHOP.execute(
        """
        CREATE SCHEMA stock;
        CREATE TABLE stock.items (id serial PRIMARY KEY, name text NOT NULL, n int NOT NULL);
        CREATE TABLE stock.log (what text);
        CREATE FUNCTION stock.remember() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO stock.log VALUES (OLD.name); RETURN NEW; END $$;
        CREATE TRIGGER remember AFTER UPDATE ON stock.items
          FOR EACH ROW EXECUTE FUNCTION stock.remember();
        """);
  }

  @AfterAll
  static void close() {
    SHOP.close();
  }

  @BeforeEach
  void stock() {
    SHOP.execute(
        "TRUNCATE stock.items, stock.log RESTART IDENTITY;"
            + " INSERT INTO stock.items (name, n)"
            + " SELECT 'item ' || i, i FROM generate_series(1, 20) i");
  }

  @Test
  void it_is_declared_destructive() {
    assertThat(
            ToolCatalogue.of(TOOL)
                .find("execute_sql_write")
                .orElseThrow()
                .declaration()
                .effect()
                .destructive())
        .isTrue();
  }

  @Test
  void a_change_is_made_once_per_key_and_its_rows_are_counted() throws Exception {
    String sql = "UPDATE stock.items SET n = n + 100 WHERE id <= 2 RETURNING id, n";

    String first = write(sql, "s/1/0");
    String repeated = write(sql, "s/1/0");

    assertThat(first)
        .isEqualTo(
            "{\"rows_changed\":4,\"returned\":{\"columns\":[\"id\",\"n\"],"
                + "\"rows\":[[1,101],[2,102]],\"row_count\":2}}");
    assertThat(repeated).isEqualTo(first);
    assertThat(SHOP.rows("SELECT n FROM stock.items WHERE id = 1")).containsExactly("101");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM stock.items",
        "UPDATE stock.items SET n = 0 WHERE id <= 6",
        "WITH gone AS (DELETE FROM stock.items RETURNING id) SELECT 1",
        "DO $$ BEGIN DELETE FROM stock.items; END $$",
        "DO $$ BEGIN FOR i IN 1..20 LOOP DELETE FROM stock.items WHERE id = i; END LOOP; END $$",
        "INSERT INTO stock.items (name, n) SELECT 'x', i FROM generate_series(1, 11) i",
        "MERGE INTO stock.items i USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
      })
  void a_change_of_more_rows_than_allowed_is_undone(String sql) {
    List<String> before = fingerprint();

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> write(sql, "s/2/" + sql.hashCode()))
        .withMessageContaining("at most 10 are allowed, so nothing was changed");
    assertThat(fingerprint()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DELETE FROM shop.customers | permission denied",
        "INSERT INTO shop.audit VALUES ('x') | permission denied",
        "UPDATE tools.users SET name = 'x' | permission denied",
        "DELETE FROM tools.effects | permission denied",
        "INSERT INTO tools.effects (idempotency_key) VALUES ('forged') | permission denied",
        "SELECT * FROM tools.claim_effect('forged/1/0') | duplicate key",
        "DO $$ BEGIN PERFORM tools.claim_effect('forged/1/0'); END $$ | duplicate key",
        "TRUNCATE stock.items | permission denied",
        "DROP TABLE stock.items | must be owner",
        "ALTER TABLE stock.items ADD COLUMN x int | must be owner",
        "CREATE TABLE stock.evil (a int) | permission denied",
        "CREATE TABLE public.evil (a int) | permission denied",
        "CREATE FUNCTION stock.evil() RETURNS int LANGUAGE sql AS 'SELECT 1' | permission denied",
        "CREATE ROLE evil | permission denied",
        "ALTER ROLE shop_writer SUPERUSER | permission denied",
        "COPY stock.items TO PROGRAM 'true' | permission denied",
        "COPY stock.items FROM '/etc/passwd' | permission denied",
        "SET ROLE postgres | permission denied",
        "SET SESSION AUTHORIZATION postgres | permission denied",
        "ALTER SYSTEM SET log_statement = 'all' | cannot run inside",
        "DELETE FROM stock.items WHERE id = 1; DELETE FROM stock.items WHERE id = 2 | 2 statements",
        "COMMIT | ended the transaction",
        "ROLLBACK | ended the transaction",
        "ROLLBACK AND CHAIN | ended the transaction",
        "DO $$ BEGIN COMMIT; DELETE FROM stock.items WHERE id = 1; END $$ | invalid transaction",
        "INSERT INTO stock.items (name) VALUES ('x') | null value in column",
        "UPDATE stock.items SET nme = 'x' | column \"nme\"",
        "SELECT pg_sleep(30) | took too long",
        "VACUUM stock.items | cannot run inside a transaction block",
      })
  void what_the_role_may_not_do_is_refused_and_changes_nothing(String sql, String words) {
    List<String> before = fingerprint();

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> write(sql, "s/3/" + sql.hashCode()))
        .withMessageContaining(words);
    assertThat(fingerprint()).isEqualTo(before);
    assertThat(SHOP.rows("SELECT 1 FROM tools.effects WHERE idempotency_key LIKE 'forged%'"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GRANT DELETE ON shop.audit TO ROLE | shop.audit, which is outside the allowed schemas",
        "GRANT TRUNCATE ON stock.items TO ROLE | may truncate the table stock.items",
        "GRANT CREATE ON SCHEMA stock TO ROLE | may create objects in schema stock",
        "GRANT pg_read_server_files TO ROLE | is a member of pg_read_server_files",
      })
  void a_role_that_may_change_more_than_it_should_is_not_used(String grant, String words) {
    String role = "careless_" + Integer.toHexString(grant.hashCode());
    SHOP.execute("CREATE ROLE " + role + " LOGIN; " + grant.replace("TO ROLE", "TO " + role));
    ToolTrial careless =
        ToolTrial.of(
            new ExecuteSqlWrite(
                SHOP.tools, ShopDatabase.login(role, "stock", 10, Duration.ofSeconds(2)), false));
    try {
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(() -> careless.call("execute_sql_write", "{\"sql\":\"SELECT 1\"}"))
          .withMessageContaining(words);
    } finally {
      SHOP.execute("DROP OWNED BY " + role + "; DROP ROLE " + role);
    }
  }

  @Test
  void rights_it_was_not_given_to_pass_on_are_not_passed_on() throws Exception {
    List<String> before = fingerprint();

    assertThat(write("GRANT ALL ON stock.items TO PUBLIC", "s/4/0")).contains("\"rows_changed\":0");
    assertThat(fingerprint()).isEqualTo(before);
  }

  /**
   * Without what a transaction leaves behind when it is undone, and the claim of one that is not.
   */
  private static List<String> fingerprint() {
    return SHOP.fingerprint().stream()
        .filter(line -> !line.contains("pg_sequences") && !line.contains("tools.effects"))
        .toList();
  }

  private static String write(String sql, String callId) throws Exception {
    return TRIAL.call(
        "execute_sql_write", ToolJson.mapper().writeValueAsString(Map.of("sql", sql)), callId);
  }
}
