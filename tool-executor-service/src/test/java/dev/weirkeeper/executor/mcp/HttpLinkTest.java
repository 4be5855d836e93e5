package dev.weirkeeper.executor.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolTrial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** A server that misbehaves. */
class HttpLinkTest {

  private static final String TOOL =
      "{\"name\":\"t\",\"description\":\"d\",\"inputSchema\":{\"type\":\"object\"}}";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final MockWebServer web = new MockWebServer();

  @BeforeEach
  void start() throws Exception {
    web.start();
  }

  @AfterEach
  void close() {
    web.close();
  }

  private static MockResponse json(int code, String body) {
    return new MockResponse.Builder()
        .code(code)
        .addHeader("Content-Type", "application/json")
        .body(body)
        .build();
  }

  private static MockResponse result(String result) {
    return json(200, "{\"jsonrpc\":\"2.0\",\"id\":\"w\",\"result\":" + result + "}");
  }

  private ToolTrial trial() throws Exception {
    Path file = folder.resolve("mcp.yaml");
    Files.writeString(
        file, "servers:\n  s:\n    url: %s\n    prefix: ''\n".formatted(web.url("/mcp")));
    OfferedTool tool =
        OfferedTool.of(dev.weirkeeper.executor.tool.ToolJson.mapper().readTree(TOOL)).orElseThrow();
    McpLock.of(file).with("s", List.of(tool)).write(file);
    web.enqueue(result("{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"]}"));
    web.enqueue(result("{\"resultType\":\"complete\",\"tools\":[" + TOOL + "]}"));
    return ToolTrial.of(McpTools.of(file).tools().toArray());
  }

  @Test
  void every_request_says_who_asks_and_what_in_its_body_and_in_its_headers() throws Exception {
    ToolTrial trial = trial();
    web.enqueue(result("{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}"));

    assertThat(trial.call("t", "{\"a\":1}")).isEqualTo("done");

    web.takeRequest();
    web.takeRequest();
    RecordedRequest call = web.takeRequest();
    assertThat(call.getHeaders().get("MCP-Protocol-Version")).isEqualTo("2026-07-28");
    assertThat(call.getHeaders().get("Mcp-Method")).isEqualTo("tools/call");
    assertThat(call.getHeaders().get("Mcp-Name")).isEqualTo("t");
    assertThat(call.getHeaders().get("Mcp-Session-Id")).isNull();
    ObjectNode message = Messages.read(call.getBody().toByteArray()).orElseThrow();
    assertThat(message.path("params").path("arguments").toString()).isEqualTo("{\"a\":1}");
    assertThat(
            message
                .path("params")
                .path("_meta")
                .path("io.modelcontextprotocol/protocolVersion")
                .asString())
        .isEqualTo("2026-07-28");
  }

  @Test
  void an_answer_comes_after_other_events_of_its_stream() throws Exception {
    ToolTrial trial = trial();
    web.enqueue(
        new MockResponse.Builder()
            .addHeader("Content-Type", "text/event-stream")
            .body(
                ": hello\n\n"
                    + "event: message\n"
                    + "data:"
                    + " {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progress\":1}}\n\n"
                    + "data: {\"jsonrpc\":\"2.0\",\"id\":\"w3\",\n"
                    + "data: \"result\":{\"structuredContent\":{\"n\":1}}}\n\n")
            .build());

    assertThat(trial.call("t", "{}")).isEqualTo("{\"n\":1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429 |                                                         | true  | EXECUTION_ERROR",
        "503 |                                                         | false | OUTCOME_UNKNOWN",
        "401 |                                                         | false | EXECUTION_ERROR",
        "302 |                                                         | false | EXECUTION_ERROR",
        "200 | no json                                                 | false | OUTCOME_UNKNOWN",
        "200 | []                                                      | false | OUTCOME_UNKNOWN",
        "200 | {\"id\":1,\"error\":{\"code\":-32602,\"message\":\"a\"}} | false |"
            + " INVALID_ARGUMENTS",
        "200 | {\"id\":1,\"error\":{\"code\":-32603,\"message\":\"a\"}} | false | EXECUTION_ERROR",
        "200 | {\"id\":1,\"result\":{\"resultType\":\"input_required\"}} | false | EXECUTION_ERROR"
      })
  void what_goes_wrong_is_told_for_what_it_is(int code, String body, boolean retry, String error)
      throws Exception {
    ToolTrial trial = trial();
    web.enqueue(json(code, body == null ? "" : body));

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("t", "{}"))
        .satisfies(
            failure -> {
              assertThat(failure.code()).as(failure.message()).hasToString(error);
              assertThat(failure.retryable()).as(failure.message()).isEqualTo(retry);
            });
  }

  @Test
  void a_stream_that_breaks_leaves_the_outcome_unknown() throws Exception {
    ToolTrial trial = trial();
    web.enqueue(
        new MockResponse.Builder()
            .addHeader("Content-Type", "text/event-stream")
            .body("data: {\"jsonrpc\":\"2.0\",\"id\":\"w3\",\"result\":{}}\n\n")
            .onResponseBody(new SocketEffect.CloseSocket())
            .build());

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("t", "{}"))
        .satisfies(failure -> assertThat(failure.code()).hasToString("OUTCOME_UNKNOWN"));
  }

  @Test
  void an_answer_without_end_is_cut_off() throws Exception {
    ToolTrial trial = trial();
    web.enqueue(json(200, "x".repeat(Link.MAX_MESSAGE + 1)));

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("t", "{}"))
        .satisfies(failure -> assertThat(failure.code()).hasToString("OUTCOME_UNKNOWN"));
  }

  @Test
  void a_server_that_is_not_there_is_worth_a_retry_and_is_not_asked_all_the_time()
      throws Exception {
    ToolTrial trial = trial();
    web.close();

    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(() -> trial.call("t", "{}"))
          .satisfies(failure -> assertThat(failure.retryable()).isTrue());
    }
  }
}
