package dev.weirkeeper.local.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class RehearsalModelTest {

  private static final String GUIDE_TASK = "What is 2^32, and can you look up user u_001?";
  private static final String USER =
      "{\"found\":true,\"user\":{\"user_id\":\"u_001\",\"name\":\"Mara Lindqvist\",\"email\":"
          + "\"mara@example.com\",\"department\":\"Support\",\"role\":\"Lead\",\"status\":\"active\"}}";

  private RehearsalModel model;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    start(Scenario.shipped());
  }

  @AfterEach
  void stop() {
    caller.close();
    model.close();
  }

  private void start(Scenario scenario) throws IOException {
    model = RehearsalModel.start(RehearsalModel.Settings.defaults().withScenario(scenario));
    caller = new Caller(model.baseUrl(), "calculator", "lookup_user", "search_tickets");
  }

  private void restart(String scenario) throws IOException {
    stop();
    start(Scenario.parse(scenario, "test.yaml"));
  }

  @Nested
  class The_guides_task {

    @Test
    void asks_for_both_tools_at_once_and_answers_from_their_results() throws Exception {
      JsonNode first = caller.user(GUIDE_TASK).ask();
      JsonNode second = caller.results("{\"result\":\"4294967296\",\"exact\":true}", USER).ask();

      assertThat(first.path("stop_reason").asString()).isEqualTo("tool_use");
      assertThat(Caller.calls(first))
          .containsExactly(
              "calculator{\"expression\":\"2^32\"}", "lookup_user{\"user_id\":\"u_001\"}");
      assertThat(second.path("stop_reason").asString()).isEqualTo("end_turn");
      assertThat(Caller.text(second))
          .contains("4294967296", "Mara Lindqvist", "mara@example.com", "active");
    }

    @Test
    void says_what_failed_where_a_tool_failed() throws Exception {
      caller.user(GUIDE_TASK).ask();
      caller.results("{\"error\":{\"code\":\"timeout\"}}", USER);
      ((ObjectNode) caller.messages.get(2).path("content").get(0)).put("is_error", true);

      JsonNode answer = caller.ask();

      assertThat(Caller.text(answer)).contains("calculator failed", "timeout", "Mara");
    }
  }

  @Nested
  class A_conversation {

    @Test
    void may_take_several_rounds() throws Exception {
      caller.close();
      caller =
          new Caller(model.baseUrl(), "lookup_user", "search_tickets", "create_or_update_ticket");

      JsonNode first = caller.user("Please open a ticket for u_007 \"Printer on fire\"").ask();
      JsonNode second = caller.results(USER, "{\"total\":0,\"tickets\":[]}").ask();
      JsonNode third =
          caller
              .results(
                  "{\"action\":\"created\",\"ticket\":{\"ticket_id\":\"T-00043\",\"title\":\"Printer"
                      + " on fire\",\"status\":\"open\"}}")
              .ask();

      assertThat(Caller.calls(first))
          .containsExactly(
              "lookup_user{\"user_id\":\"u_007\"}",
              "search_tickets{\"text\":\"Printer on fire\",\"status\":\"open\"}");
      assertThat(Caller.calls(second))
          .containsExactly(
              "create_or_update_ticket{\"title\":\"Printer on fire\",\"requester_id\":\"u_007\","
                  + "\"status\":\"open\"}");
      assertThat(Caller.text(third)).contains("T-00043", "open", "Mara Lindqvist");
    }

    @Test
    void starts_anew_with_the_next_thing_the_user_says() throws Exception {
      caller.user(GUIDE_TASK).ask();
      caller.results("{\"result\":\"4294967296\"}", USER).ask();

      JsonNode answer = caller.user("And what is 7 * 6?").ask();

      assertThat(Caller.calls(answer)).containsExactly("calculator{\"expression\":\"7 * 6\"}");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "How much is (3 + 4) * 2?|calculator{\"expression\":\"(3 + 4) * 2\"}",
          "Who is u_042?|lookup_user{\"user_id\":\"u_042\"}",
          "Compare u_1 and u_2, and 2**10|calculator{\"expression\":\"2**10\"};"
              + "lookup_user{\"user_id\":\"u_1\"};lookup_user{\"user_id\":\"u_2\"}",
          "Which open tickets are there?|search_tickets{\"status\":\"open\"}",
        })
    void without_a_scenario_of_its_own_is_led_by_common_sense(String task, String calls)
        throws Exception {
      assertThat(Caller.calls(caller.user(task).ask())).containsExactly(calls.split(";"));
    }

    @Test
    void that_no_tool_fits_is_answered_in_words() throws Exception {
      JsonNode answer = caller.user("Write a poem.").ask();

      assertThat(Caller.calls(answer)).isEmpty();
      assertThat(Caller.text(answer)).contains("rehearsal", "Write a poem.");
      assertThat(answer.path("stop_reason").asString()).isEqualTo("end_turn");
    }

    @Test
    void calls_no_tool_that_is_not_offered() throws Exception {
      caller.close();
      caller = new Caller(model.baseUrl());

      assertThat(Caller.calls(caller.user(GUIDE_TASK).ask())).isEmpty();
    }
  }

  @Nested
  class The_shipped_scenario {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "Which open tickets are there?|search_tickets{\"status\":\"open\"}"
              + "|{\"total\":2,\"tickets\":[{\"ticket_id\":\"T-7\",\"title\":\"Jam\"}]}|2 tickets with status open. The newest is T-7: Jam",
          "Please delete ticket T-DEMO6.|delete_record{\"table\":\"tickets\",\"id\":\"T-DEMO6\"}"
              + "|{\"deleted\":true,\"record\":{\"title\":\"Badge\"}}|T-DEMO6 is deleted: {\"title\":\"Badge\"}",
          "Send a mail to mara@example.com saying \"Lunch?\"|send_email{\"to\":[\"mara@example.com\"],\"subject\":\"A message for you\",\"body\":\"Lunch?\"}"
              + "|{\"sent\":true,\"message_id\":\"<1@x>\"}|sent as <1@x>",
          "What does our handbook say about parental leave?|search_documents{\"query\":\"parental leave\"}"
              + "|{\"snippets\":[{\"path\":\"hr.md\",\"text\":\"20 weeks\"}]}|About parental leave, hr.md says: 20 weeks",
          "Ask the database: select 1 as one|sql_query{\"sql\":\"select 1 as one\"}"
              + "|{\"columns\":[\"one\"],\"rows\":[[1]],\"row_count\":1}|1 rows of [\"one\"]: [[1]]",
          "Run the change: update t set a = 1|execute_sql_write{\"sql\":\"update t set a = 1\"}"
              + "|{\"rows_changed\":3}|3 rows were changed",
          "Fetch https://api.example.com/x|http_request{\"method\":\"GET\",\"url\":\"https://api.example.com/x\"}"
              + "|{\"status\":200,\"body\":\"hello\"}|status 200: hello",
          "Ask a person: may I?|ask_human{\"question\":\"may I?\"}|Yes, you may.|The answer is: Yes, you may.",
        })
    void knows_a_task_for_every_tool(String task, String call, String result, String answer)
        throws Exception {
      caller.close();
      caller =
          new Caller(
              model.baseUrl(),
              "search_tickets",
              "delete_record",
              "send_email",
              "search_documents",
              "sql_query",
              "execute_sql_write",
              "http_request",
              "ask_human");

      JsonNode first = caller.user(task).ask();
      JsonNode second = caller.results(result).ask();

      assertThat(Caller.calls(first)).containsExactly(call);
      assertThat(Caller.text(second)).contains(answer);
      assertThat(second.path("stop_reason").asString()).isEqualTo("end_turn");
    }

    @Test
    void repeats_itself_where_it_is_asked_to() throws Exception {
      JsonNode first = caller.user("Please repeat yourself.").ask();
      JsonNode again = caller.results("{\"result\":\"2\"}").ask();

      assertThat(Caller.calls(again)).isEqualTo(Caller.calls(first));
    }

    @Test
    void makes_a_mistake_and_mends_it_where_it_is_asked_to() throws Exception {
      JsonNode wrong = caller.user("Look up nobody in particular.").ask();
      JsonNode right = caller.results("{\"error\":{\"code\":\"invalid_arguments\"}}").ask();

      assertThat(Caller.calls(wrong)).containsExactly("lookup_user{\"name\":\"nobody\"}");
      assertThat(Caller.calls(right)).containsExactly("lookup_user{\"user_id\":\"u_001\"}");
    }
  }

  @Nested
  class A_request {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "{|not valid JSON",
          "[]|not a JSON object",
          "{\"max_tokens\":1,\"messages\":[]}|model: Field required",
          "{\"model\":\"m\",\"messages\":[]}|max_tokens",
          "{\"model\":\"m\",\"max_tokens\":0,\"messages\":[]}|max_tokens",
          "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[]}|at least one message",
          "{\"model\":\"m\",\"max_tokens\":1,\"n\":2}|n: Extra inputs are not permitted",
          "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"assistant\",\"content\":\"x\"}]}|first message",
          "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\" \"}]}|non-whitespace",
          "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":[]}]}|non-empty content",
          "{\"model\":\"m\",\"max_tokens\":1,\"tools\":[{\"name\":\"a b\"}],\"messages\":[]}|tools.0.name",
        })
    void that_the_provider_refuses_is_refused(String body, String reason) throws Exception {
      HttpResponse<String> response = caller.post(body);

      assertThat(response.statusCode()).isEqualTo(400);
      JsonNode error = Caller.MAPPER.readTree(response.body());
      assertThat(error.path("type").asString()).isEqualTo("error");
      assertThat(error.path("error").path("type").asString()).isEqualTo("invalid_request_error");
      assertThat(error.path("error").path("message").asString()).contains(reason);
      assertThat(model.usage().refused()).isEqualTo(1);
    }

    @Test
    void that_leaves_a_call_unanswered_is_refused() throws Exception {
      caller.user(GUIDE_TASK).ask();
      caller.results("{}");

      assertThatThrownBy(caller::ask)
          .hasMessageContaining("400")
          .hasMessageContaining("`tool_use` ids were found without `tool_result` blocks");
    }

    @Test
    void that_says_something_before_the_results_is_refused() throws Exception {
      caller.user(GUIDE_TASK).ask();
      caller.results("{}", USER);
      ((ArrayNode) caller.messages.get(2).path("content"))
          .insertObject(0)
          .put("type", "text")
          .put("text", "By the way");

      assertThatThrownBy(caller::ask).hasMessageContaining("must come before other content");
    }

    @Test
    void with_results_nobody_asked_for_is_refused() {
      caller.user(GUIDE_TASK);
      ((ObjectNode) caller.messages.get(0))
          .putArray("content")
          .addObject()
          .put("type", "tool_result")
          .put("tool_use_id", "toolu_x")
          .put("content", "x");

      assertThatThrownBy(caller::ask).hasMessageContaining("unexpected `tool_use_id`");
    }

    @Test
    void that_ends_with_the_assistant_is_refused() throws Exception {
      caller.user("Hello").ask();

      assertThatThrownBy(caller::ask).hasMessageContaining("prefill");
    }

    @Test
    void without_a_version_header_is_refused() throws Exception {
      HttpResponse<String> response =
          caller.post(caller.user("Hello").request.toString(), Map.of());

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains("anthropic-version: header is required");
    }

    @Test
    void for_another_address_is_not_found() throws Exception {
      JsonNode answer = caller.get("/v1/complete");

      assertThat(answer.path("error").path("type").asString()).isEqualTo("not_found_error");
    }
  }

  @Nested
  class Usage {

    @Test
    void has_what_was_cached_and_read_by_class() throws Exception {
      caller
          .request
          .putArray("system")
          .addObject()
          .put("type", "text")
          .put("text", "s".repeat(4000));
      caller.request.putObject("cache_control").put("type", "ephemeral");
      JsonNode first = caller.user(GUIDE_TASK).ask().path("usage");
      JsonNode second = caller.results("{\"result\":\"1\"}", USER).ask().path("usage");

      long written = first.path("cache_creation_input_tokens").asLong();
      assertThat(written).isGreaterThan(1000);
      assertThat(first.path("cache_read_input_tokens").asLong()).isZero();
      assertThat(first.path("input_tokens").asLong()).isZero();
      assertThat(second.path("cache_read_input_tokens").asLong()).isEqualTo(written);
      assertThat(second.path("cache_creation_input_tokens").asLong()).isPositive();
      assertThat(second.path("output_tokens").asLong()).isPositive();
    }

    @Test
    void is_uncached_without_a_breakpoint() throws Exception {
      JsonNode usage = caller.user("x".repeat(4000)).ask().path("usage");

      assertThat(usage.path("input_tokens").asLong()).isGreaterThan(1000);
      assertThat(usage.path("cache_creation_input_tokens").asLong()).isZero();
    }

    @Test
    void is_counted_for_comparison_with_a_ledger() throws Exception {
      JsonNode first = caller.user(GUIDE_TASK).ask().path("usage");
      JsonNode second = caller.results("{\"result\":\"1\"}", USER).ask().path("usage");
      caller.post("{}");

      JsonNode count = caller.get("/rehearsal/usage");

      assertThat(count.path("requests").asLong()).isEqualTo(3);
      assertThat(count.path("answered").asLong()).isEqualTo(2);
      assertThat(count.path("refused").asLong()).isEqualTo(1);
      assertThat(count.path("usage").path("uncached_input").asLong())
          .isEqualTo(first.path("input_tokens").asLong() + second.path("input_tokens").asLong());
      assertThat(count.path("usage").path("output").asLong())
          .isEqualTo(first.path("output_tokens").asLong() + second.path("output_tokens").asLong());
      assertThat(count.path("models").propertyNames()).containsExactly(RehearsalModel.MODEL);
    }

    @Test
    void never_has_more_input_tokens_than_the_request_has_bytes() throws Exception {
      JsonNode usage = caller.user("a").ask().path("usage");

      assertThat(usage.path("input_tokens").asLong())
          .isLessThan(caller.request.toString().getBytes(StandardCharsets.UTF_8).length);
    }
  }

  @Nested
  class A_stream {

    @Test
    void carries_the_same_answer_in_pieces() throws Exception {
      JsonNode whole = caller.user(GUIDE_TASK).ask();
      caller.messages.remove(1);
      caller.request.put("stream", true);

      HttpResponse<String> response = caller.post(caller.request.toString());

      assertThat(response.headers().firstValue("content-type").orElseThrow())
          .startsWith("text/event-stream");
      List<JsonNode> events =
          response
              .body()
              .lines()
              .filter(line -> line.startsWith("data: "))
              .map(line -> Caller.MAPPER.readTree(line.substring(6)))
              .toList();
      assertThat(events.getFirst().path("type").asString()).isEqualTo("message_start");
      assertThat(events.getLast().path("type").asString()).isEqualTo("message_stop");
      StringBuilder input = new StringBuilder();
      for (JsonNode event : events) {
        if (event.path("index").asInt(-1) == 1) {
          input.append(event.path("delta").path("partial_json").asString(""));
        }
      }
      assertThat(Caller.MAPPER.readTree(input.toString()))
          .isEqualTo(whole.path("content").get(1).path("input"));
    }
  }

  @Nested
  class An_output_limit {

    @Test
    void cuts_the_text() throws Exception {
      caller.request.put("max_tokens", 5);

      JsonNode answer = caller.user("Write a poem.").ask();

      assertThat(answer.path("stop_reason").asString()).isEqualTo("max_tokens");
      assertThat(answer.path("usage").path("output_tokens").asLong()).isEqualTo(5);
      assertThat(Caller.text(answer)).hasSize(20);
    }

    @Test
    void cuts_a_call_in_the_middle() throws Exception {
      caller.request.put("max_tokens", 22).put("stream", true);

      HttpResponse<String> response = caller.post(caller.user(GUIDE_TASK).request.toString());

      assertThat(response.body()).contains("\"stop_reason\":\"max_tokens\"", "tool_use");
    }
  }

  @Nested
  class A_fault {

    private static final String FAULTY =
        """
        tasks:
          - task: bad start
            user: go
            steps:
              - say: Here I am, at last and after all.
                faults:
                  - {status: 529}
                  - {status: 429, retry_after: "3"}
                  - {reset: at-once}
                  - {reset: midway}
                  - {mid_stream_error: 529}
        """;

    @Test
    void comes_in_the_order_of_the_scenario_and_then_passes() throws Exception {
      restart(FAULTY);
      caller.user("go").request.put("stream", true);
      String body = caller.request.toString();

      HttpResponse<String> overloaded = caller.post(body);
      HttpResponse<String> throttled = caller.post(body);
      assertThatThrownBy(() -> caller.post(body)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> caller.post(body)).isInstanceOf(IOException.class);
      HttpResponse<String> broken = caller.post(body);
      HttpResponse<String> good = caller.post(body);

      assertThat(overloaded.statusCode()).isEqualTo(529);
      assertThat(overloaded.body()).contains("overloaded_error");
      assertThat(throttled.statusCode()).isEqualTo(429);
      assertThat(throttled.headers().firstValue("retry-after")).contains("3");
      assertThat(broken.body()).contains("event: error").doesNotContain("message_stop");
      assertThat(good.body()).contains("message_stop");
      assertThat(model.usage().brokenOff()).isEqualTo(2);
      assertThat(model.usage().refused()).isEqualTo(3);
      assertThat(model.usage().answered()).isEqualTo(1);
    }

    @Test
    void may_be_a_refusal() throws Exception {
      JsonNode answer = caller.user("Please do something harmful").ask();

      assertThat(answer.path("stop_reason").asString()).isEqualTo("refusal");
      assertThat(answer.path("content")).isEmpty();
    }
  }

  @Nested
  class A_scenario_file {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "tasks: [{task: a, user: '(', steps: [{say: x}]}]",
          "tasks: [{task: a, user: b, steps: []}]",
          "tasks: [{task: a, user: b, steps: [{}]}]",
          "tasks: [{task: a, user: b, steps: [{say: x, faults: [{}]}]}]",
          "tasks: [{task: a, user: b, steps: [{say: x, latency: soon}]}]",
          "tasks: [{task: a, steps: [{say: x}]}]",
          "colour: blue",
          "tasks: {"
        })
    void with_a_mistake_is_refused_by_name(String yaml) {
      assertThatThrownBy(() -> Scenario.parse(yaml, "bad.yaml"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("bad.yaml");
    }
  }
}
