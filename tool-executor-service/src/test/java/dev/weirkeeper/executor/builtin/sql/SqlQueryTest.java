package dev.weirkeeper.executor.builtin.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import tools.jackson.databind.JsonNode;

class SqlQueryTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(5);
  private static final ShopDatabase SHOP = new ShopDatabase("sql_query");
  private static final ToolTrial TRIAL =
      ToolTrial.of(
          new SqlQuery(SHOP.tools, ShopDatabase.login("shop_reader", "shop", 20, LONG), true));
  private static final ToolTrial HURRIED =
      ToolTrial.of(
          new SqlQuery(SHOP.tools, ShopDatabase.login("shop_reader", "shop", 20, SHORT), false));

  @AfterAll
  static void close() {
    SHOP.close();
  }

  @Test
  void rows_come_back_in_the_order_of_their_columns_with_numbers_and_booleans_as_such()
      throws Exception {
    assertThat(
            TRIAL.call(
                "sql_query",
                "{\"sql\":\"SELECT id, amount, paid, note, NULL AS nothing, 'NaN'::float8 AS f"
                    + " FROM shop.orders ORDER BY id LIMIT 2;\"}"))
        .isEqualTo(
            "{\"columns\":[\"id\",\"amount\",\"paid\",\"note\",\"nothing\",\"f\"],"
                + "\"rows\":[[1,10.50,false,\"{\\\"n\\\": 1}\",null,\"NaN\"],"
                + "[2,21.00,true,\"{\\\"n\\\": 2}\",null,\"NaN\"]],\"row_count\":2}");
  }

  @Test
  void operators_with_a_question_mark_are_not_placeholders() throws Exception {
    assertThat(query("SELECT count(*) FROM shop.orders WHERE note ? 'n'").at("/rows/0/0").asInt())
        .isEqualTo(50);
  }

  @Test
  void more_rows_than_the_limit_are_cut_with_a_hint() throws Exception {
    JsonNode table = query("SELECT n, repeat('x', 100) FROM generate_series(1, 50000) n");

    assertThat(table.get("row_count").asInt()).isEqualTo(20);
    assertThat(table.get("hint").asString()).contains("more rows");
  }

  @Test
  void a_long_text_is_cut() throws Exception {
    assertThat(query("SELECT repeat('x', 10000)").at("/rows/0/0").asString())
        .endsWith("(6000 more characters)")
        .hasSizeLessThan(4100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELEC 1 | INVALID_ARGUMENTS | syntax error at or near \"SELEC\"",
        "SELECT nme FROM shop.customers | INVALID_ARGUMENTS | column \"nme\" does not exist",
        "SELECT 1/0 | INVALID_ARGUMENTS | division by zero",
        "SELECT pg_sleep(30) | TIMEOUT | took too long",
        "SELECT 1; SELECT 2 | INVALID_ARGUMENTS | 2 statements",
        "-- nothing | INVALID_ARGUMENTS | no rows to show",
        "' ' | INVALID_ARGUMENTS | no statement",
        "SET work_mem = '1GB' | INVALID_ARGUMENTS | no rows to show",
        "DELETE FROM shop.customers | EXECUTION_ERROR | read-only",
        "SELECT * FROM tools.effects | EXECUTION_ERROR | permission denied",
        "SELECT repeat('x', 100000000) | RESULT_TOO_LARGE | larger than a query may return",
      })
  void a_statement_that_does_not_work_is_answered_in_postgresqls_words(
      String sql, ToolErrorCode code, String words) {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> query(sql))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.message()).contains(words);
            });
  }

  @Test
  void no_statement_of_the_corpus_writes_anything(@TempDir Path directory) throws Exception {
    Path canary = directory.resolve("canary");
    List<String> attacks = attacks(canary);
    query("SELECT 1");
    List<String> before = SHOP.fingerprint();
    List<String> got = new ArrayList<>();
    try (Connection listening = SHOP.connect();
        Statement listen = listening.createStatement()) {
      listen.execute("LISTEN canary");
      for (String attack : attacks) {
        long start = System.nanoTime();
        try {
          call(HURRIED, attack);
          got.add(attack);
        } catch (ToolFailure refused) {
          assertThat(refused.message()).as(attack).isNotBlank();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .as(attack)
            .isLessThan(SHORT.plusSeconds(20));
      }
      assertThat(listening.unwrap(PGConnection.class).getNotifications(200)).isNullOrEmpty();
    }

    assertThat(attacks).hasSizeGreaterThanOrEqualTo(400);
    assertThat(SHOP.fingerprint()).isEqualTo(before);
    assertThat(canary).doesNotExist();
    assertThat(directory).isEmptyDirectory();
    assertThat(got).as("statements that returned rows only read").noneMatch(SqlQueryTest::writes);
  }

  /** What would have changed something if it had succeeded, by its first word. */
  private static boolean writes(String attack) {
    return Stream.of(
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "CREATE",
            "ALTER",
            "DROP",
            "GRANT",
            "MERGE",
            "COPY")
        .anyMatch(attack.strip()::startsWith);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GRANT INSERT ON shop.audit TO ROLE | may change the table shop.audit",
        "GRANT UPDATE (name) ON shop.customers TO ROLE | may change the table shop.customers",
        "GRANT UPDATE ON SEQUENCE shop.orders_id_seq TO ROLE | may change the sequence",
        "ALTER ROLE ROLE CREATEROLE | CREATEROLE",
        "ALTER ROLE ROLE SUPERUSER | SUPERUSER",
        "GRANT pg_execute_server_program TO ROLE | is a member of pg_execute_server_program",
        "GRANT pg_write_all_data TO ROLE | is a member of pg_write_all_data",
        "GRANT CREATE ON SCHEMA shop TO ROLE | may create objects in schema shop",
        "GRANT CREATE ON DATABASE sql_query TO ROLE | may create objects in this database",
        "ALTER TABLE shop.audit OWNER TO ROLE | owns shop.audit",
        "GRANT EXECUTE ON FUNCTION public.dblink_exec(text) TO ROLE | dblink_exec",
        "CREATE FUNCTION shop.root() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';"
            + " GRANT USAGE ON SCHEMA shop TO ROLE"
            + " | shop.root(), which has the rights of a superuser",
        "CREATE ROLE shop_group; GRANT DELETE ON shop.audit TO shop_group; GRANT shop_group TO ROLE"
            + " | may change the table shop.audit",
      })
  void a_role_that_may_do_more_than_read_is_not_used(String grant, String words) {
    String role = "careless_" + Integer.toHexString(grant.hashCode());
    SHOP.execute(
        "CREATE ROLE "
            + role
            + " LOGIN; "
            + grant.replace("ROLE ROLE", "ROLE " + role).replace("TO ROLE", "TO " + role));
    ToolTrial careless =
        ToolTrial.of(new SqlQuery(SHOP.tools, ShopDatabase.login(role, "shop", 20, LONG), false));
    try {
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(() -> careless.call("sql_query", "{\"sql\":\"SELECT 1\"}"))
          .withMessageContaining("more rights than it should")
          .withMessageContaining(words);
    } finally {
      SHOP.execute(
          "REASSIGN OWNED BY "
              + role
              + " TO postgres; DROP OWNED BY "
              + role
              + "; DROP ROLE "
              + role);
    }
  }

  private static List<String> attacks(Path canary) {
    List<String> attacks = new ArrayList<>();
    Consumer<String> add =
        sql ->
            attacks.add(
                sql.replace("CANARY", canary.toString())
                    .replace("DATABASE user", "sql_query user"));
    lines("attacks.sql").forEach(add);
    List<String> writes =
        List.of(
            "DELETE FROM shop.customers",
            "UPDATE shop.counter SET n = 99",
            "DROP TABLE shop.audit",
            "INSERT INTO shop.audit VALUES ('evil')",
            "COPY (SELECT 1) TO PROGRAM 'touch CANARY'",
            "SELECT shop.bump_as_owner()");
    List<String> disguises =
        List.of(
            "SELECT 1; %s",
            "SELECT 1;%s;",
            "SELECT 1 ; COMMIT; %s; COMMIT",
            "COMMIT; %s",
            "ROLLBACK; SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; %s",
            "SET ROLE postgres; %s",
            "SELECT '1\\'; %s --'",
            "SELECT E'1\\''; %s --'",
            "SELECT $$1$$; %s",
            "SELECT $a$ ; $a$; %s",
            "SELECT \"id\" FROM shop.customers; %s",
            "SELECT 1 --\n; %s",
            "SELECT 1 --\r; %s",
            "SELECT 1 /* ; */; %s",
            "SELECT 1 /* /* */ */; %s",
            "/* SELECT 1 */ %s",
            "-- SELECT 1\n%s",
            "SELECT U&'\\0027'; %s",
            "SELECT 1； %s",
            "\ufeff%s",
            "\u00a0%s",
            "(%s)",
            "EXPLAIN ANALYZE %s");
    for (String write : writes) {
      for (String disguise : disguises) {
        add.accept(disguise.formatted(write));
      }
    }
    return attacks;
  }

  private static Stream<String> lines(String resource) {
    try (InputStream in = SqlQueryTest.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode query(String sql) throws Exception {
    return call(TRIAL, sql);
  }

  private static JsonNode call(ToolTrial trial, String sql) throws Exception {
    String arguments = ToolJson.mapper().writeValueAsString(Map.of("sql", sql));
    return ToolJson.mapper().readTree(trial.call("sql_query", arguments));
  }
}
