package dev.weirkeeper.executor.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.builtin.database.SharedPostgres;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuiltinToolsTest {

  @Test
  void without_settings_only_what_needs_nothing_is_offered() {
    try (BuiltinTools builtin = open(Map.of())) {
      assertThat(ToolCatalogue.of(builtin.tools()).names())
          .containsExactly("ask_human", "calculator");
    }
  }

  @Test
  void a_database_brings_its_tools() throws Exception {
    try (BuiltinTools builtin =
        open(
            Map.of(
                "tools.database.url",
                SharedPostgres.url("builtin"),
                "tools.database.demo-data",
                "true"))) {
      assertThat(ToolCatalogue.of(builtin.tools()).names())
          .contains("lookup_user", "search_tickets", "create_or_update_ticket");
      assertThat(
              ToolTrial.of(builtin.tools().toArray())
                  .call("lookup_user", "{\"user_id\":\"u_001\"}"))
          .contains("Mara Lindqvist");
    }
  }

  @Test
  void tools_are_offered_while_their_database_is_down() {
    try (BuiltinTools builtin =
        open(Map.of("tools.database.url", "jdbc:postgresql://127.0.0.1:1/none?user=nobody"))) {
      assertThat(ToolCatalogue.of(builtin.tools()).names()).contains("calculator", "lookup_user");
    }
  }

  private static BuiltinTools open(Map<String, String> keys) {
    return BuiltinTools.from(Settings.read(BuiltinTools.CATALOGUE, Given.of(keys)));
  }

  @Test
  void the_sql_tools_come_with_roles_of_their_own() throws Exception {
    try (BuiltinTools builtin =
        open(
            Map.of(
                "tools.database.url", SharedPostgres.url("builtin"),
                "tools.database.demo-data", "true",
                "tools.sql-query.user", "builtin_reader",
                "tools.sql-query.schemas", "tools",
                "tools.sql-write.user", "builtin_writer",
                "tools.sql-write.schemas", "tools",
                "tools.sql.create-roles", "true",
                "tools.delete-record.tables", "tickets:ticket_id"))) {
      ToolTrial trial = ToolTrial.of(builtin.tools().toArray());

      assertThat(
              trial.call(
                  "execute_sql_write",
                  "{\"sql\":\"UPDATE tools.tickets SET status = 'closed'"
                      + " WHERE ticket_id = 'T-DEMO3'\"}"))
          .isEqualTo("{\"rows_changed\":1}");
      assertThat(
              trial.call(
                  "sql_query",
                  "{\"sql\":\"SELECT status FROM tools.tickets WHERE ticket_id = 'T-DEMO3'\"}"))
          .contains("[[\"closed\"]]");
      assertThat(ToolCatalogue.of(builtin.tools()).names()).contains("delete_record");
    }
  }

  @Test
  void a_writer_without_schemas_is_a_wrong_setting() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> open(Map.of("tools.sql-write.user", "writer")))
        .withMessageContaining("tools.sql-write.schemas");
  }

  @Test
  void a_file_of_servers_that_can_t_be_used_is_a_wrong_setting() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> open(Map.of("tools.mcp.file", "/nowhere/mcp.yaml")))
        .withMessageContaining("tools.mcp.file")
        .withMessageContaining("/nowhere/mcp.yaml can't be read");
  }
}
