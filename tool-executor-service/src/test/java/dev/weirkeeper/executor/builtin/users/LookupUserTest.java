package dev.weirkeeper.executor.builtin.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.builtin.database.DatabaseConfig;
import dev.weirkeeper.executor.builtin.database.SharedPostgres;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class LookupUserTest {
  private static final ToolDatabase DATABASE = ToolDatabase.open(SharedPostgres.demo("users"));
  private static final ToolTrial TRIAL = ToolTrial.of(new LookupUser(DATABASE));

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"u_001", " U_001 ", "mara.lindqvist@example.com", "Mara.Lindqvist@Example.COM"})
  void a_user_is_found_by_id_and_by_mail_address_whatever_the_case(String key) throws Exception {
    JsonNode answer = look(key);

    assertThat(answer.get("found").asBoolean()).isTrue();
    assertThat(answer.at("/user/user_id").asString()).isEqualTo("u_001");
    assertThat(answer.at("/user/name").asString()).isEqualTo("Mara Lindqvist");
    assertThat(answer.at("/user/status").asString()).isEqualTo("active");
    assertThat(answer.at("/user/created_at").asString()).matches("20\\d\\d-.*Z");
    assertThat(answer.has("hint")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u_999",
        "nobody@example.com",
        "Mara Lindqvist",
        "' OR 1=1 --",
        "%",
        "u_00_",
        "u\\_001"
      })
  void a_user_who_is_not_there_is_a_result_with_advice(String key) throws Exception {
    JsonNode answer = look(key);

    assertThat(answer.get("found").asBoolean()).isFalse();
    assertThat(answer.has("user")).isFalse();
    assertThat(answer.get("hint").asString()).isNotBlank();
  }

  @Test
  void text_that_a_database_cannot_hold_is_a_wrong_argument() {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> look("u_\u0000"))
        .satisfies(
            failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS));
  }

  @Test
  void without_the_demo_setting_the_directory_is_empty() throws Exception {
    DatabaseConfig bare =
        new DatabaseConfig(
            Optional.of(SharedPostgres.url("users_bare")),
            Optional.empty(),
            Optional.empty(),
            "tools",
            2,
            false);
    try (ToolDatabase database = ToolDatabase.open(bare)) {
      assertThat(
              ToolTrial.of(new LookupUser(database)).call("lookup_user", "{\"user_id\":\"u_001\"}"))
          .contains("\"found\":false");
    }
  }

  @Test
  void a_database_that_is_down_is_worth_a_retry() {
    DatabaseConfig absent =
        new DatabaseConfig(
            Optional.of("jdbc:postgresql://127.0.0.1:1/none?user=nobody"),
            Optional.empty(),
            Optional.empty(),
            "tools",
            1,
            false);
    try (ToolDatabase database = ToolDatabase.open(absent)) {
      ToolTrial trial = ToolTrial.of(new LookupUser(database));
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(() -> trial.call("lookup_user", "{\"user_id\":\"u_001\"}"))
          .satisfies(
              failure -> {
                assertThat(failure.retryable()).isTrue();
                assertThat(failure.message()).doesNotContain("127.0.0.1");
              });
    }
  }

  private static JsonNode look(String key) throws Exception {
    String arguments = ToolJson.mapper().writeValueAsString(Map.of("user_id", key));
    return ToolJson.mapper().readTree(TRIAL.call("lookup_user", arguments));
  }
}
