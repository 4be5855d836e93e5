package dev.weirkeeper.planner.provider;

import static dev.weirkeeper.planner.provider.Calls.ANTHROPIC;
import static dev.weirkeeper.planner.provider.Calls.CHAT;
import static dev.weirkeeper.planner.provider.Calls.RESPONSES;
import static dev.weirkeeper.planner.provider.Calls.call;
import static dev.weirkeeper.planner.provider.Calls.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.planner.dialect.Fixture;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.ModelErrorKind;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.Usage;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelClientTest {

  private static final String OVERLOADED =
      "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
  private static final Usage NOTHING = new Usage(0L, 0L, 0L, 0L, 0L, 0L);
  private static final SocketEffect CLOSE = new SocketEffect.CloseSocket();

  @RegisterExtension final ProviderServer provider = new ProviderServer();

  private ModelReply ask(ModelChoice model) {
    return provider.client().call(call(model), prompt(model), new Cancellation(), _ -> {});
  }

  private ModelReply ask() {
    return ask(ANTHROPIC);
  }

  private static MockResponse status(int code, String body) {
    return new MockResponse.Builder().code(code).body(body).build();
  }

  @Nested
  class A_reply {

    @Test
    void that_is_streamed_is_read_priced_and_checked() throws Exception {
      provider.answer(ProviderServer.stream("anthropic/tool-use.sse"));
      List<String> pieces = new ArrayList<>();

      ModelReply reply =
          provider
              .client()
              .call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), pieces::add);

      assertThat(reply.getError()).isNull();
      assertThat(reply.getStopReason()).isEqualTo(StopReason.TOOL_USE);
      assertThat(reply.getRawStopReason()).isEqualTo("tool_use");
      assertThat(reply.getText()).isEqualTo("Let me check both.");
      assertThat(pieces).containsExactly("Let me check", " both.");
      assertThat(reply.getCalls())
          .extracting(
              RequestedCall::getProviderCallId,
              RequestedCall::getTool,
              RequestedCall::getArguments,
              RequestedCall::getProblem)
          .containsExactly(
              tuple("toolu_01", "calculator", "{\"expression\":\"2**32\"}", null),
              tuple("toolu_02", "lookup_user", "{\"user_id\":\"u_001\"}", null));
      assertThat(reply.getUsage()).isEqualTo(new Usage(21L, 1200L, 0L, 300L, 88L, 0L));
      assertThat(reply.getUsageReported()).isTrue();
      assertThat(reply.getRawUsage()).contains("\"service_tier\":\"standard\"");
      assertThat(reply.getCostNanoUsd())
          .isEqualTo(21 * 2000 + 1200 * 2500 + 300 * 100 + 88 * 10_000);
      assertThat(reply.getPriceBook()).isEqualTo(ProviderServer.PRICES.version());
      assertThat(reply.getFallbackPrice()).isFalse();
      assertThat(reply.getModel()).isEqualTo("claude-sonnet-5-5-20261001");
      assertThat(reply.getRequestedModel()).isEqualTo("claude-sonnet-5-5");
      assertThat(reply.getProviderRequestId()).isEqualTo("req_1");
      assertThat(reply.getHttpAttempts()).isEqualTo(1);
      assertThat(reply.getFirstTokenMs()).isNotNull();
      assertThat(reply.getPinsDigest()).isEqualTo("pins-1");
      assertThat(reply.getCallId()).isEqualTo("s/3/m1");
    }

    @ParameterizedTest
    @CsvSource({
      "ANTHROPIC_MESSAGES, anthropic/parallel-calls.json, /v1/messages",
      "OPENAI_CHAT_COMPLETIONS, chat/parallel-calls.json, /v1/chat/completions",
      "OPENAI_RESPONSES, responses/reasoning-and-parallel-calls.json, /v1/responses",
      "OPENAI_CHAT_COMPLETIONS, chat/parallel-calls.sse, /v1/chat/completions",
      "OPENAI_RESPONSES, responses/reasoning-and-calls.sse, /v1/responses",
    })
    void comes_from_every_provider_whole_or_streamed(Provider format, String fixture, String target)
        throws Exception {
      ModelChoice model = model(format);
      provider.answer(
          fixture.endsWith(".sse") ? ProviderServer.stream(fixture) : ProviderServer.json(fixture));

      ModelReply reply = ask(model);

      assertThat(reply.getError()).isNull();
      assertThat(reply.getStopReason()).isEqualTo(StopReason.TOOL_USE);
      assertThat(reply.getProvider()).isEqualTo(format);
      assertThat(reply.getCalls().getFirst().getTool()).isEqualTo("calculator");
      assertThat(reply.getUsageReported()).isTrue();
      assertThat(reply.getFirstTokenMs() == null).isEqualTo(fixture.endsWith(".json"));
      RecordedRequest request = provider.taken();
      assertThat(request.getMethod()).isEqualTo("POST");
      assertThat(request.getTarget()).isEqualTo(target);
      if (format == Provider.ANTHROPIC_MESSAGES) {
        assertThat(request.getHeaders().get("x-api-key")).isEqualTo(ProviderServer.KEY);
        assertThat(request.getHeaders().get("anthropic-version")).isEqualTo("2023-06-01");
        assertThat(request.getHeaders().get("authorization")).isNull();
      } else {
        assertThat(request.getHeaders().get("authorization"))
            .isEqualTo("Bearer " + ProviderServer.KEY);
      }
    }

    @Test
    void answers_the_request_that_the_format_prescribes() throws Exception {
      provider.answer(ProviderServer.json("anthropic/text.json"));

      ask();

      RecordedRequest request = provider.taken();
      assertThat(ProviderServer.body(request))
          .isEqualTo(Fixture.text("anthropic/request-careful.json"));
      assertThat(request.getHeaders().get("content-type")).isEqualTo("application/json");
      assertThat(request.getHeaders().get("content-length"))
          .isEqualTo(Integer.toString(ProviderServer.body(request).length()));
    }

    @Test
    void may_be_compressed() throws Exception {
      Buffer zipped = new Buffer();
      try (var sink = Okio.buffer(new GzipSink(zipped))) {
        sink.writeUtf8(Fixture.text("anthropic/text.json"));
      }
      provider.answer(
          new MockResponse.Builder()
              .setHeader("content-type", "application/json")
              .setHeader("content-encoding", "gzip")
              .body(zipped)
              .build());

      assertThat(ask().getText()).isEqualTo("Hello there.");
    }

    @Test
    void has_a_price_from_the_model_that_was_asked_where_the_answering_one_is_unknown() {
      provider.answer(
          new MockResponse.Builder()
              .setHeader("content-type", "application/json")
              .body(
                  Fixture.text("anthropic/text.json")
                      .replace("claude-sonnet-5-5-20261001", "gateway/sonnet"))
              .build());

      ModelReply reply = ask();

      assertThat(reply.getModel()).isEqualTo("gateway/sonnet");
      assertThat(reply.getCostNanoUsd()).isEqualTo(10 * 2000 + 5 * 10_000);
      assertThat(reply.getFallbackPrice()).isFalse();
    }

    @Test
    void of_a_model_that_nobody_knows_has_the_fallback_price() {
      provider.answer(
          new MockResponse.Builder()
              .setHeader("content-type", "application/json")
              .body(
                  Fixture.text("anthropic/text.json")
                      .replace("claude-sonnet-5-5-20261001", "mystery-9"))
              .build());

      ModelReply reply = ask(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "mystery", null));

      assertThat(reply.getFallbackPrice()).isTrue();
      assertThat(reply.getCostNanoUsd()).isEqualTo(10 * 10_000 + 5 * 50_000);
    }

    @Test
    void with_calls_that_cannot_be_sent_says_why_for_each() {
      provider.answer(
          new MockResponse.Builder()
              .setHeader("content-type", "application/json")
              .body(
                  """
                  {"type":"message","model":"claude-sonnet-5-5","stop_reason":"tool_use","content":[
                   {"type":"tool_use","id":"1","name":"calculater","input":{"b":1,"a":1.0}},
                   {"type":"tool_use","id":"2","name":"calculator","input":{"expr":"1"}},
                   {"type":"tool_use","id":"3","name":"calculator","input":"1+1"},
                   {"type":"tool_use","id":"4","name":"calculator","input":{"expression":"1"}}],
                   "usage":{"input_tokens":1,"output_tokens":1}}""")
              .build());

      List<RequestedCall> calls = ask().getCalls();

      assertThat(calls)
          .extracting(call -> call.getProblem() == null ? null : call.getProblem().getCode())
          .containsExactly(
              ToolErrorCode.UNKNOWN_TOOL,
              ToolErrorCode.INVALID_ARGUMENTS,
              ToolErrorCode.INVALID_ARGUMENTS,
              null);
      assertThat(calls.get(0).getArguments()).isEqualTo("{\"a\":1,\"b\":1}");
      assertThat(calls.get(2).getArguments()).isEqualTo("\"1+1\"");
      assertThat(calls).allSatisfy(call -> assertThat(call.getArgumentsHash()).hasSize(64));
    }

    private static ModelChoice model(Provider format) {
      return switch (format) {
        case ANTHROPIC_MESSAGES -> ANTHROPIC;
        case OPENAI_CHAT_COMPLETIONS -> CHAT;
        case OPENAI_RESPONSES -> RESPONSES;
      };
    }
  }

  @Nested
  class An_address {

    @ParameterizedTest
    @CsvSource({
      "ANTHROPIC_MESSAGES, '', /v1/messages",
      "ANTHROPIC_MESSAGES, /, /v1/messages",
      "ANTHROPIC_MESSAGES, /anthropic, /anthropic/v1/messages",
      "ANTHROPIC_MESSAGES, /v1/, /v1/messages",
      "OPENAI_CHAT_COMPLETIONS, '', /v1/chat/completions",
      "OPENAI_CHAT_COMPLETIONS, /v1, /v1/chat/completions",
      "OPENAI_CHAT_COMPLETIONS, /openai/v1beta/, /openai/v1beta/chat/completions",
      "OPENAI_RESPONSES, /v1?x=1, /v1/responses",
    })
    void may_have_a_path_with_or_without_the_version(Provider format, String path, String target)
        throws Exception {
      provider.answer(status(401, ""));
      String base = provider.server.url("/").toString();

      ask(new ModelChoice(format, "m", base.substring(0, base.length() - 1) + path));

      assertThat(provider.taken().getTarget()).isEqualTo(target);
    }

    @Test
    void of_the_agents_own_gets_no_key() throws Exception {
      provider.answer(ProviderServer.json("anthropic/text.json"));
      String other = provider.server.url("/").toString().replace("localhost", "127.0.0.1");
      ModelChoice model = new ModelChoice(Provider.ANTHROPIC_MESSAGES, "m", other);

      ModelReply reply = ask(model);

      assertThat(reply.getError()).isNull();
      assertThat(provider.taken().getHeaders().get("x-api-key")).isNull();
    }

    @Test
    void that_is_none_is_an_error_of_the_agent() {
      ModelReply reply =
          ask(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "m", "ftp://example.com"));

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.INVALID_REQUEST);
      assertThat(reply.getError().getMessage()).contains("ftp://example.com");
      assertThat(reply.getHttpAttempts()).isZero();
      assertThat(reply.getUsageReported()).isTrue();
    }

    @Test
    void that_redirects_is_not_followed_with_the_key() throws Exception {
      provider.answer(
          new MockResponse.Builder().code(307).setHeader("location", "/elsewhere").build());

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.INVALID_REQUEST);
      assertThat(reply.getError().getHttpStatus()).isEqualTo(307);
      assertThat(provider.server.getRequestCount()).isEqualTo(1);
    }
  }

  @Nested
  class A_refusal_by_status {

    @ParameterizedTest
    @CsvSource({
      "408, SERVER",
      "409, SERVER",
      "429, THROTTLED",
      "500, SERVER",
      "502, SERVER",
      "503, OVERLOADED",
      "504, SERVER",
      "529, OVERLOADED",
    })
    void that_may_pass_is_tried_again_until_the_tries_are_spent(int code, ModelErrorKind kind) {
      for (int i = 0; i < 5; i++) {
        provider.answer(status(code, ""));
      }

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(kind);
      assertThat(reply.getError().getMessage()).startsWith("after 5 requests: HTTP " + code);
      assertThat(reply.getError().getHttpStatus()).isEqualTo(code);
      assertThat(reply.getError().getMayRetry()).isFalse();
      assertThat(reply.getHttpAttempts()).isEqualTo(5);
      assertThat(reply.getUsage()).isEqualTo(NOTHING);
      assertThat(reply.getUsageReported()).isTrue();
      assertThat(reply.getCostNanoUsd()).isZero();
      assertThat(provider.waits())
          .containsExactly(
              Duration.ofMillis(438),
              Duration.ofMillis(875),
              Duration.ofMillis(1750),
              Duration.ofMillis(3500));
    }

    @ParameterizedTest
    @CsvSource({
      "400, INVALID_REQUEST",
      "401, AUTHENTICATION",
      "402, QUOTA_EXHAUSTED",
      "403, AUTHENTICATION",
      "404, NOT_FOUND",
      "413, REQUEST_TOO_LARGE",
      "422, INVALID_REQUEST",
    })
    void that_will_not_pass_is_final(int code, ModelErrorKind kind) {
      provider.answer(status(code, ""));

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(kind);
      assertThat(reply.getError().getMayRetry()).isFalse();
      assertThat(reply.getHttpAttempts()).isEqualTo(1);
      assertThat(reply.getUsageReported()).isTrue();
    }

    @Test
    void passes_when_the_provider_answers_at_last() {
      provider.answer(status(529, OVERLOADED));
      provider.answer(status(500, "oops"));
      provider.answer(ProviderServer.json("anthropic/text.json"));

      ModelReply reply = ask();

      assertThat(reply.getError()).isNull();
      assertThat(reply.getText()).isEqualTo("Hello there.");
      assertThat(reply.getHttpAttempts()).isEqualTo(3);
      assertThat(reply.getDurationMs()).isEqualTo(438 + 875);
    }

    @Test
    void for_an_exhausted_quota_is_final_although_it_looks_like_a_throttle() {
      provider.answer(
          status(
              429,
              "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":"
                  + "\"insufficient_quota\",\"param\":null,\"code\":\"insufficient_quota\"}}"));

      ModelReply reply = ask(CHAT);

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.QUOTA_EXHAUSTED);
      assertThat(reply.getHttpAttempts()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "retry-after-ms|1500|PT1.75S",
          "retry-after|7|PT7.25S",
          "retry-after|Mon, 23 Nov 2026 12:00:30 GMT|PT30.25S",
        })
    void that_says_how_long_to_wait_is_obeyed(String name, String value, Duration wait) {
      provider.answer(new MockResponse.Builder().code(429).setHeader(name, value).body("").build());
      provider.answer(ProviderServer.json("anthropic/text.json"));

      ModelReply reply = ask();

      assertThat(reply.getError()).isNull();
      assertThat(provider.waits()).containsExactly(wait);
    }

    @Test
    void that_asks_for_days_is_given_up_at_once() {
      provider.answer(
          new MockResponse.Builder().code(429).setHeader("retry-after", "172800").build());

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.THROTTLED);
      assertThat(reply.getError().getMessage()).contains("172800 s", "60 s");
      assertThat(reply.getHttpAttempts()).isEqualTo(1);
      assertThat(provider.waits()).isEmpty();
    }

    @Test
    void with_a_wait_of_nothing_is_not_sent_again_behind_our_back() {
      provider.answer(new MockResponse.Builder().code(503).setHeader("retry-after", "0").build());
      provider.answer(ProviderServer.json("anthropic/text.json"));

      ModelReply reply = ask();

      assertThat(reply.getHttpAttempts()).isEqualTo(2);
      assertThat(provider.server.getRequestCount()).isEqualTo(2);
    }

    @Test
    void that_the_provider_says_not_to_repeat_is_not() {
      provider.answer(
          new MockResponse.Builder().code(500).setHeader("x-should-retry", "false").build());

      assertThat(ask().getHttpAttempts()).isEqualTo(1);
    }

    @Test
    void holds_other_calls_back_for_as_long() {
      ModelClient client = provider.client();
      provider.answer(
          new MockResponse.Builder()
              .code(429)
              .setHeader("retry-after", "10")
              .setHeader("x-should-retry", "true")
              .build());
      provider.answer(ProviderServer.json("anthropic/text.json"));
      Cancellation impatient = new Cancellation();
      provider.onWait(impatient::cancel);

      ModelReply first = client.call(call(ANTHROPIC), prompt(ANTHROPIC), impatient, _ -> {});
      provider.onWait(() -> {});
      ModelReply second =
          client.call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});

      assertThat(first.getError().getKind()).isEqualTo(ModelErrorKind.CANCELLED);
      assertThat(second.getError()).isNull();
      assertThat(provider.waits()).hasSize(1);
    }
  }

  @Nested
  class A_broken_line {

    @Test
    void before_the_request_was_sent_is_tried_again() throws Exception {
      int closed;
      try (ServerSocket socket = new ServerSocket(0)) {
        closed = socket.getLocalPort();
      }
      ProviderSettings settings = provider.at(URI.create("http://localhost:" + closed));

      ModelReply reply =
          provider
              .client(settings)
              .call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.CONNECTION);
      assertThat(reply.getError().getHttpStatus()).isNull();
      assertThat(reply.getError().getMayRetry()).isFalse();
      assertThat(reply.getHttpAttempts()).isEqualTo(5);
      assertThat(reply.getUsageReported()).isTrue();
    }

    @Test
    void after_the_request_was_sent_may_have_cost_something_and_is_not_tried_again() {
      provider.answer(new MockResponse.Builder().onResponseStart(CLOSE).build());
      provider.answer(ProviderServer.json("anthropic/text.json"));

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.CONNECTION);
      assertThat(reply.getError().getMayRetry()).isTrue();
      assertThat(reply.getUsageReported()).isFalse();
      assertThat(reply.getHttpAttempts()).isEqualTo(1);
      assertThat(provider.server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void in_the_middle_of_a_stream_leaves_what_is_known_as_a_lower_bound() {
      provider.answer(
          ProviderServer.stream("anthropic/tool-use.sse")
              .newBuilder()
              .onResponseBody(CLOSE)
              .build());

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.CONNECTION);
      assertThat(reply.getError().getMayRetry()).isTrue();
      assertThat(reply.getError().getHttpStatus()).isEqualTo(200);
      assertThat(reply.getUsage()).isEqualTo(new Usage(21L, 1200L, 0L, 300L, 1L, 0L));
      assertThat(reply.getUsageReported()).isFalse();
      assertThat(reply.getCostNanoUsd()).isEqualTo(21 * 2000 + 1200 * 2500 + 300 * 100 + 10_000);
      assertThat(reply.getContent()).isEmpty();
      assertThat(reply.getCalls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic/half.sse", "anthropic/error-in-mid-stream.sse"})
    void or_an_error_after_the_reply_had_begun_is_not_tried_again(String fixture) {
      provider.answer(ProviderServer.stream(fixture));

      ModelReply reply = ask();

      assertThat(reply.getError().getMayRetry()).isTrue();
      assertThat(reply.getUsageReported()).isFalse();
      assertThat(reply.getUsage().getUncachedInput()).isEqualTo(10);
      assertThat(provider.server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void is_another_thing_than_an_error_before_the_reply_had_begun() {
      provider.answer(ProviderServer.stream("anthropic/error-at-once.sse"));
      provider.answer(ProviderServer.stream("anthropic/text.sse"));

      ModelReply reply = ask();

      assertThat(reply.getError()).isNull();
      assertThat(reply.getHttpAttempts()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void that_falls_silent_is_given_up_after_a_while(boolean inTheMiddle) {
      MockResponse.Builder response = ProviderServer.stream("anthropic/tool-use.sse").newBuilder();
      provider.answer(
          (inTheMiddle
                  ? response.onResponseBody(SocketEffect.Stall.INSTANCE)
                  : response.onResponseStart(SocketEffect.Stall.INSTANCE))
              .build());

      ModelReply reply =
          provider
              .client(provider.silentFor(Duration.ofMillis(150)))
              .call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.TIMEOUT);
      assertThat(reply.getError().getMayRetry()).isTrue();
      assertThat(reply.getUsageReported()).isFalse();
      assertThat(reply.getUsage().getCacheRead()).isEqualTo(inTheMiddle ? 300 : 0);
    }
  }

  @Nested
  class Nonsense {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "text/html|<html>Welcome to the hotel's network</html>",
          "application/json|{\"type\":\"mess",
          "application/json|[]",
          "application/json|{\"a\":1e99999999999999999999}",
          "text/event-stream|data: {\"type\":",
          "text/event-stream|<html></html>",
          "application/octet-stream|\u0000\u0001",
        })
    void in_place_of_a_reply_is_reported_as_such(String type, String body) {
      provider.answer(
          new MockResponse.Builder().setHeader("content-type", type).body(body + "\n\n").build());

      ModelReply reply = ask();

      assertThat(reply.getError().getKind())
          .isIn(ModelErrorKind.BAD_REPLY, ModelErrorKind.CONNECTION);
      assertThat(reply.getError().getMayRetry()).isTrue();
      assertThat(reply.getUsageReported()).isFalse();
    }

    @Test
    void without_end_is_cut_off() {
      provider.answer(
          new MockResponse.Builder()
              .setHeader("content-type", "text/event-stream")
              .body((": " + "x".repeat(1000) + "\n").repeat(3000))
              .build());

      ModelReply reply = ask();

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.BAD_REPLY);
      assertThat(reply.getError().getMessage()).contains("longer than");
    }

    @Test
    void in_the_agents_options_is_found_before_anything_is_sent() {
      Prompt prompt =
          new Prompt("", List.of(), Optional.of("{\"model\":\"x\"}"), "pins", List.of());

      ModelReply reply =
          provider.client().call(call(ANTHROPIC), prompt, new Cancellation(), _ -> {});

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.INVALID_REQUEST);
      assertThat(reply.getError().getMessage()).contains("request_options", "model");
      assertThat(provider.server.getRequestCount()).isZero();
    }
  }

  @Nested
  class A_cancellation {

    private final Cancellation cancellation = new Cancellation();

    @Test
    void before_the_start_sends_nothing() {
      cancellation.cancel();

      ModelReply reply =
          provider.client().call(call(ANTHROPIC), prompt(ANTHROPIC), cancellation, _ -> {});

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.CANCELLED);
      assertThat(reply.getHttpAttempts()).isZero();
      assertThat(reply.getUsageReported()).isTrue();
      assertThat(provider.server.getRequestCount()).isZero();
    }

    @Test
    void in_the_middle_of_a_stream_books_what_is_known_and_closes_the_line() {
      provider.answer(
          ProviderServer.stream("anthropic/tool-use.sse")
              .newBuilder()
              .onResponseBody(SocketEffect.Stall.INSTANCE)
              .build());

      ModelReply reply =
          provider
              .client()
              .call(call(ANTHROPIC), prompt(ANTHROPIC), cancellation, _ -> cancellation.cancel());

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.CANCELLED);
      assertThat(reply.getError().getMayRetry()).isFalse();
      assertThat(reply.getUsage()).isEqualTo(new Usage(21L, 1200L, 0L, 300L, 1L, 0L));
      assertThat(reply.getUsageReported()).isFalse();
    }

    @Test
    void between_two_requests_ends_the_wait() {
      provider.answer(status(529, OVERLOADED));
      provider.onWait(cancellation::cancel);

      ModelReply reply =
          provider.client().call(call(ANTHROPIC), prompt(ANTHROPIC), cancellation, _ -> {});

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.CANCELLED);
      assertThat(reply.getHttpAttempts()).isEqualTo(1);
      assertThat(reply.getUsageReported()).isTrue();
    }

    @Test
    void comes_by_interrupt_too() throws Exception {
      provider.answer(
          new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
      ModelClient client = provider.client();
      CompletableFuture<ModelReply> reply = new CompletableFuture<>();
      CompletableFuture<Boolean> flag = new CompletableFuture<>();
      Thread caller =
          Thread.startVirtualThread(
              () -> {
                reply.complete(
                    client.call(call(ANTHROPIC), prompt(ANTHROPIC), cancellation, _ -> {}));
                flag.complete(Thread.currentThread().isInterrupted());
              });
      provider.taken();
      caller.interrupt();

      assertThat(reply.get().getError().getKind()).isEqualTo(ModelErrorKind.CANCELLED);
      assertThat(flag.get()).isTrue();
    }
  }

  @Nested
  class The_providers_limits {

    @Test
    void are_waited_for_rather_than_run_into() {
      ModelClient client = provider.client();
      for (int i = 0; i < 2; i++) {
        provider.answer(
            ProviderServer.json("anthropic/text.json")
                .newBuilder()
                .setHeader("anthropic-ratelimit-requests-limit", "60")
                .setHeader("anthropic-ratelimit-requests-remaining", "0")
                .setHeader("anthropic-ratelimit-requests-reset", "2026-11-23T12:01:00Z")
                .build());
      }

      client.call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});
      assertThat(provider.waits()).isEmpty();
      client.call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});

      assertThat(provider.waits()).containsExactly(Duration.ofMillis(1250));
    }

    @Test
    void end_the_call_where_they_would_take_too_long() {
      ModelClient client = provider.client();
      provider.answer(
          ProviderServer.json("anthropic/text.json")
              .newBuilder()
              .setHeader("anthropic-ratelimit-requests-limit", "1")
              .setHeader("anthropic-ratelimit-requests-remaining", "0")
              .setHeader("anthropic-ratelimit-requests-reset", "2026-11-23T14:00:00Z")
              .build());

      client.call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});
      ModelReply reply =
          client.call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});

      assertThat(reply.getError().getKind()).isEqualTo(ModelErrorKind.THROTTLED);
      assertThat(reply.getError().getMessage()).contains("7200 s");
      assertThat(reply.getHttpAttempts()).isZero();
    }

    @Test
    void on_concurrency_are_kept() throws Exception {
      ModelClient client = provider.client(provider.withPlaces(2));
      for (int i = 0; i < 2; i++) {
        provider.answer(
            new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
      }
      Cancellation end = new Cancellation();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<ModelReply>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          calls.add(
              threads.submit(() -> client.call(call(ANTHROPIC), prompt(ANTHROPIC), end, _ -> {})));
        }
        await().until(() -> provider.server.getRequestCount() == 2);
        end.cancel();
        for (Future<ModelReply> one : calls) {
          assertThat(one.get().getError().getKind()).isEqualTo(ModelErrorKind.CANCELLED);
        }
      }

      assertThat(provider.server.getRequestCount()).isEqualTo(2);
    }
  }

  @Nested
  class A_secret {

    @Test
    void that_a_provider_repeats_is_hidden() {
      provider.answer(
          status(
              401,
              "{\"error\":{\"message\":\"Incorrect API key provided: "
                  + ProviderServer.KEY
                  + "\",\"type\":\"invalid_request_error\"}}"));

      ModelReply reply = ask();

      assertThat(reply.getError().getMessage())
          .contains("Incorrect API key provided: [redacted:known-secret]");
      assertThat(reply.toString()).doesNotContain(ProviderServer.KEY);
    }

    @Test
    void is_in_no_settings_text() {
      assertThat(provider.settings().toString()).doesNotContain(ProviderServer.KEY);
      assertThat(Secret.of(ProviderServer.KEY)).hasToString("***");
    }
  }
}
