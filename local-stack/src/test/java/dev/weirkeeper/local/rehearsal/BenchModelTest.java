package dev.weirkeeper.local.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BenchModelTest {

  @Test
  void asks_for_one_call_after_the_other_until_there_are_enough() throws Exception {
    try (BenchModel model =
            BenchModel.start(new BenchModel.Settings(0, 3, "echo", "text", 5, Duration.ZERO));
        Caller caller = new Caller(model.baseUrl(), "echo")) {
      JsonNode first = caller.user("go").ask();
      JsonNode second = caller.results("\"tool_result\" is only text here").ask();
      JsonNode third = caller.results("x").ask();
      JsonNode last = caller.results("x").ask();

      assertThat(Caller.calls(first)).containsExactly("echo{\"text\":\"0xxxxx\"}");
      assertThat(Caller.calls(second)).containsExactly("echo{\"text\":\"1xxxxx\"}");
      assertThat(Caller.calls(third)).containsExactly("echo{\"text\":\"2xxxxx\"}");
      assertThat(Caller.text(last)).isEqualTo(BenchModel.FINAL_TEXT);
      assertThat(model.usage().answered()).isEqualTo(4);
      assertThat(caller.get("/rehearsal/usage").path("usage").path("output").asLong())
          .isEqualTo(80);
    }
  }

  @Test
  void streams_where_it_is_asked_to() throws Exception {
    try (BenchModel model = BenchModel.start(BenchModel.Settings.defaults());
        Caller caller = new Caller(model.baseUrl(), "echo")) {
      caller.user("go").request.put("stream", true);

      HttpResponse<String> response = caller.post(caller.request.toString());

      assertThat(response.body())
          .contains("event: message_start", "{\\\"text\\\":\\\"0\\\"}", "event: message_stop");
    }
  }
}
