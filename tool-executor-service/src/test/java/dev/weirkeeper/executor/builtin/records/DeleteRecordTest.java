package dev.weirkeeper.executor.builtin.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.builtin.database.SharedPostgres;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.builtin.users.LookupUser;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeleteRecordTest {
  private static final ToolDatabase DATABASE = ToolDatabase.open(SharedPostgres.demo("records"));
  private static final ToolTrial TRIAL =
      ToolTrial.of(
          new LookupUser(DATABASE),
          new DeleteRecord(
              DATABASE,
              List.of(
                  DeletableTable.parse("tickets:ticket_id"),
                  DeletableTable.parse("tools.users:user_id"))));

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void it_is_declared_destructive_with_the_allowed_tables_as_choices() {
    ToolCatalogue.Entry entry =
        ToolCatalogue.of(new DeleteRecord(DATABASE, List.of(DeletableTable.parse("a.b:c"))))
            .find("delete_record")
            .orElseThrow();

    assertThat(entry.declaration().effect().destructive()).isTrue();
    assertThat(entry.declaration().inputSchema()).contains("\"enum\":[\"a.b\"]");
  }

  @Test
  void a_record_is_deleted_once_and_shown() throws Exception {
    String arguments = "{\"table\":\"tools.users\",\"id\":\"u_010\"}";

    String first = TRIAL.call("delete_record", arguments, "s/1/0");
    String repeated = TRIAL.call("delete_record", arguments, "s/1/0");
    String again = TRIAL.call("delete_record", arguments, "s/1/1");

    assertThat(first).startsWith("{\"deleted\":true").contains("oskar.nowak@example.com");
    assertThat(repeated).isEqualTo(first);
    assertThat(again).startsWith("{\"deleted\":false").contains("hint");
    assertThat(TRIAL.call("lookup_user", "{\"user_id\":\"u_010\"}")).contains("\"found\":false");
  }

  @Test
  void a_record_that_others_refer_to_stays() throws Exception {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(
            () ->
                TRIAL.call(
                    "delete_record", "{\"table\":\"tools.users\",\"id\":\"u_001\"}", "s/2/0"))
        .withMessageContaining("other records refer to 'u_001'");
    assertThat(TRIAL.call("lookup_user", "{\"user_id\":\"u_001\"}")).contains("\"found\":true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"table\":\"effects\",\"id\":\"x\"}",
        "{\"table\":\"users\",\"id\":\"u_002\"}",
        "{\"table\":\"tickets; DROP TABLE tickets\",\"id\":\"x\"}",
        "{\"table\":\"pg_catalog.pg_class\",\"id\":\"x\"}",
      })
  void other_tables_are_refused(String arguments) {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> TRIAL.call("delete_record", arguments, "s/3/0"))
        .satisfies(
            failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%",
        "' OR '1'='1",
        "T-DEMO1' --",
        "t-demo1",
        "T-DEMO1 ",
        "T-DEMO_",
        "*",
        "1 OR 1=1"
      })
  void a_key_is_compared_as_it_is(String id) throws Exception {
    String arguments = "{\"table\":\"tickets\",\"id\":\"" + id + "\"}";

    assertThat(TRIAL.call("delete_record", arguments, "s/4/" + id))
        .startsWith("{\"deleted\":false");
  }

  @Test
  void a_key_that_is_not_unique_deletes_nothing() {
    ToolTrial careless =
        ToolTrial.of(new DeleteRecord(DATABASE, List.of(DeletableTable.parse("tickets:priority"))));

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(
            () ->
                careless.call(
                    "delete_record", "{\"table\":\"tickets\",\"id\":\"normal\"}", "s/5/0"))
        .withMessageContaining("nothing was deleted");
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(
            () ->
                careless.call(
                    "delete_record", "{\"table\":\"tickets\",\"id\":\"normal\"}", "s/5/0"))
        .withMessageContaining("nothing was deleted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tickets",
        "tickets:",
        ":id",
        "a.b.c:d",
        "Tickets:id",
        "t\"x:id",
        "t;:id",
        "t :id"
      })
  void a_table_that_is_configured_wrongly_is_refused(String text) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> DeletableTable.parse(text));
  }
}
