package dev.weirkeeper.executor.builtin.tickets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.builtin.database.SharedPostgres;
import dev.weirkeeper.executor.builtin.database.ToolDatabase;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TicketsTest {
  private static final ToolDatabase DATABASE = ToolDatabase.open(SharedPostgres.demo("tickets"));
  private static final ToolTrial TRIAL =
      ToolTrial.of(new SearchTickets(DATABASE), new CreateOrUpdateTicket(DATABASE));

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"text\":\"passwords\"} | T-DEMO1",
        "{\"text\":\"t-demo4\"} | T-DEMO4",
        "{\"text\":\"invoice charged\"} | T-DEMO2",
        "{\"text\":\"batter\"} | T-DEMO3",
        "{\"status\":\"closed\"} | T-DEMO6",
        "{\"text\":\"report\",\"status\":\"resolved\"} | T-DEMO5",
        "{\"assignee_id\":\"u_004\"} | T-DEMO7",
        "{\"text\":\"\\\"main entrance\\\"\"} | T-DEMO6",
      })
  void tickets_are_found_by_words_id_status_and_assignee(String arguments, String expected)
      throws Exception {
    JsonNode answer = call("search_tickets", arguments, "s/1/0");

    assertThat(answer.at("/tickets/0/ticket_id").asString()).isEqualTo(expected);
    assertThat(answer.get("total").asInt()).isEqualTo(1);
  }

  @Test
  void more_matches_than_asked_for_are_counted_and_hinted_at() throws Exception {
    JsonNode answer = call("search_tickets", "{\"limit\":2}", "s/1/1");

    assertThat(answer.get("tickets").size()).isEqualTo(2);
    assertThat(answer.get("total").asInt()).isGreaterThanOrEqualTo(7);
    assertThat(answer.get("hint").asString()).contains("narrow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"no such words", "' OR '1'='1", "\\\" & | ! ( :*", "%", "-password -the", "-- ;"})
  void a_search_without_matches_says_what_to_try(String text) throws Exception {
    JsonNode answer =
        call("search_tickets", "{\"text\":\"" + text + "\",\"status\":\"closed\"}", "s/1/2");

    assertThat(answer.get("total").asInt()).isLessThanOrEqualTo(1);
    assertThat(answer.has("hint")).isEqualTo(answer.get("total").asInt() == 0);
  }

  @Test
  void a_status_that_does_not_exist_is_answered_with_those_that_do() {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> TRIAL.call("search_tickets", "{\"status\":\"opened\"}"))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
              assertThat(failure.message()).contains("in_progress");
            });
  }

  @Test
  void a_ticket_is_created_once_and_changed_field_by_field() throws Exception {
    String arguments =
        "{\"title\":\" Printer on fire \",\"priority\":\"urgent\",\"requester_id\":\"u_002\"}";
    JsonNode created = call("create_or_update_ticket", arguments, "s/2/0");
    JsonNode repeated = call("create_or_update_ticket", arguments, "s/2/0");
    JsonNode another = call("create_or_update_ticket", arguments, "s/2/1");

    String id = created.at("/ticket/ticket_id").asString();
    assertThat(id).matches("T-\\d{5}");
    assertThat(created.get("action").asString()).isEqualTo("created");
    assertThat(repeated).isEqualTo(created);
    assertThat(another.at("/ticket/ticket_id").asString()).isNotEqualTo(id);

    JsonNode updated =
        call(
            "create_or_update_ticket",
            "{\"ticket_id\":\"" + id + "\",\"status\":\"resolved\"}",
            "s/2/2");

    assertThat(updated.get("action").asString()).isEqualTo("updated");
    assertThat(updated.at("/ticket/title").asString()).isEqualTo("Printer on fire");
    assertThat(updated.at("/ticket/status").asString()).isEqualTo("resolved");
    assertThat(updated.at("/ticket/priority").asString()).isEqualTo("urgent");
    assertThat(updated.at("/ticket/requester_id").asString()).isEqualTo("u_002");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"description\":\"no title\"} | needs a title",
        "{\"title\":\"  \"} | needs a title",
        "{\"ticket_id\":\"T-DEMO1\"} | nothing to change",
        "{\"ticket_id\":\"T-99999\",\"status\":\"closed\"} | no ticket 'T-99999'",
        "{\"title\":\"x\",\"requester_id\":\"u_999\"} | not a user's id",
        "{\"title\":\"x\",\"priority\":\"asap\"} | urgent",
        "{\"title\":\"x\\u0000\"} | character",
      })
  void a_change_that_makes_no_sense_is_refused_and_leaves_nothing(String arguments, String words)
      throws Exception {
    int before = call("search_tickets", "{}", "s/3/0").get("total").asInt();

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> TRIAL.call("create_or_update_ticket", arguments, "s/3/1"))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
              assertThat(failure.message()).contains(words);
            });
    assertThat(call("search_tickets", "{}", "s/3/2").get("total").asInt()).isEqualTo(before);
  }

  @Test
  void repeated_runs_of_many_calls_make_one_ticket_each() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      for (int run = 0; run < 3; run++) {
        ids.add(
            call("create_or_update_ticket", "{\"title\":\"Load " + n + "\"}", "s/4/" + n)
                .at("/ticket/ticket_id")
                .asString());
      }
    }
    assertThat(ids.stream().distinct()).hasSize(50);
    assertThat(call("search_tickets", "{\"text\":\"load\"}", "s/5/0").get("total").asInt())
        .isEqualTo(50);
  }

  private static JsonNode call(String tool, String arguments, String callId) throws Exception {
    return ToolJson.mapper().readTree(TRIAL.call(tool, arguments, callId));
  }
}
