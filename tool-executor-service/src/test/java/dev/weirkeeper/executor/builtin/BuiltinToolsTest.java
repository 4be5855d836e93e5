package dev.weirkeeper.executor.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.executor.builtin.database.SharedPostgres;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuiltinToolsTest {

  @Test
  void without_settings_only_what_needs_nothing_is_offered() {
    try (BuiltinTools builtin = open(Map.of())) {
      assertThat(ToolCatalogue.of(builtin.tools()).names()).containsExactly("calculator");
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
}
