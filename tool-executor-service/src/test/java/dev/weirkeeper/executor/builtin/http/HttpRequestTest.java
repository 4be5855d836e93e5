package dev.weirkeeper.executor.builtin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.builtin.http.HttpConfig.Method;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.HttpUrl;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class HttpRequestTest {
  private final MockWebServer server = new MockWebServer();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void a_json_body_is_returned_with_status_and_type() throws Exception {
    server.enqueue(
        json(200, "{\"a\":1}").addHeader("ETag", "\"x\"").addHeader("Set-Cookie", "s=1").build());

    JsonNode answer = get("/things?x=1");

    assertThat(answer)
        .isEqualTo(
            ToolJson.mapper()
                .readTree(
                    "{\"status\":200,\"content_type\":\"application/json\",\"headers\":{\"ETag\":\"\\\"x\\\"\"},"
                        + "\"body\":\"{\\\"a\\\":1}\"}"));
    RecordedRequest request = server.takeRequest();
    assertThat(request.getTarget()).isEqualTo("/things?x=1");
    assertThat(request.getHeaders().get("User-Agent")).isEqualTo("weirkeeper");
  }

  @Test
  void a_client_error_is_a_result_to_read() throws Exception {
    server.enqueue(json(404, "{\"error\":\"no such thing\"}").build());

    assertThat(get("/").get("body").asString()).contains("no such thing");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void a_server_that_may_recover_is_worth_a_retry_when_it_says(int status) {
    server.enqueue(json(status, "{}").addHeader("Retry-After", "7").build());

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> get("/"))
        .satisfies(
            failure -> {
              assertThat(failure.retryable()).isTrue();
              assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
            });
  }

  @Test
  void a_long_body_is_cut_and_says_so() throws Exception {
    server.enqueue(json(200, "x".repeat(100_000)).build());

    JsonNode answer = get("/");

    assertThat(answer.get("body").asString()).hasSize(64 * 1024);
    assertThat(answer.get("note").asString()).contains("65536 bytes");
  }

  @Test
  void a_small_body_that_unpacks_to_a_huge_one_is_cut() throws Exception {
    Buffer packed = new Buffer();
    try (var sink = Okio.buffer(new GzipSink(packed))) {
      for (int n = 0; n < 2_000; n++) {
        sink.writeUtf8("0".repeat(100_000));
      }
    }
    server.enqueue(
        new MockResponse.Builder()
            .addHeader("Content-Type", "text/plain")
            .addHeader("Content-Encoding", "gzip")
            .body(packed)
            .build());

    assertThat(get("/").get("body").asString()).hasSize(64 * 1024);
  }

  @Test
  void what_is_not_text_is_not_shown() throws Exception {
    server.enqueue(json(200, "\u0000\u0001").setHeader("Content-Type", "image/png").build());

    JsonNode answer = get("/");

    assertThat(answer.has("body")).isFalse();
    assertThat(answer.get("note").asString()).contains("not text");
  }

  @Test
  void an_allowed_redirect_is_followed_and_a_loop_ends() throws Exception {
    server.enqueue(redirect("/b"));
    server.enqueue(json(200, "{}").build());
    for (int n = 0; n < 6; n++) {
      server.enqueue(redirect("/loop"));
    }

    assertThat(get("/a").get("url").asString()).endsWith("/b");
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> get("/loop"))
        .withMessageContaining("more than 5 times");
  }

  @Test
  void a_slow_server_is_a_timeout() {
    server.enqueue(json(200, "{}").headersDelay(5, TimeUnit.SECONDS).build());

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(
            () ->
                call(config(List.of(Method.GET), Duration.ofMillis(300)), Map.of("url", url("/"))))
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.TIMEOUT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "Authorization",
        "authorization",
        "Cookie",
        "Proxy-Authorization",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "Forwarded",
        "Metadata-Flavor",
        "Metadata",
        "X-aws-ec2-metadata-token",
        "Sec-Fetch-Mode",
        "Idempotency-Key",
        "X-HTTP-Method-Override",
        "Upgrade"
      })
  void headers_that_carry_trust_cannot_be_set(String name) {
    assertRefused(Map.of("url", url("/"), "headers", Map.of(name, "x")), "can't be set");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nHost: evil", "a\nb", "a\u0000", "\u00e9", "x\u007f"})
  void a_header_value_is_one_line_of_ascii(String value) {
    assertRefused(
        Map.of("url", url("/"), "headers", Map.of("X-Note", value)), "no header can have");
    assertRefused(
        Map.of("url", url("/"), "headers", Map.of("X-" + value, "x")), "no header can have");
  }

  @Test
  void a_method_that_is_not_allowed_is_refused() {
    assertRefused(Map.of("url", url("/"), "method", "POST"), "GET");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void credentials_go_to_their_origin_and_no_further() throws Exception {
    try (MockWebServer other = new MockWebServer()) {
      other.start();
      String otherUrl = "http://localhost:" + other.getPort() + "/";
      HttpConfig config =
          HttpConfig.from(
              Settings.read(
                  HttpConfig.CATALOGUE,
                  Given.of(
                      Map.of(
                          "tools.http.private-hosts",
                              url("").replaceAll("/$", "") + "," + otherUrl.replaceAll("/$", ""),
                          "tools.http.credentials",
                              url("").replaceAll("/$", "") + " Authorization: Bearer s3cret"))));
      server.enqueue(redirect(otherUrl));
      other.enqueue(json(200, "{}").build());

      String answer = call(config, Map.of("url", url("/")));

      assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer s3cret");
      assertThat(other.takeRequest().getHeaders().get("Authorization")).isNull();
      assertThat(answer).doesNotContain("s3cret");
      assertThat(config.toString()).doesNotContain("s3cret");
    }
  }

  @Test
  void with_methods_that_change_things_it_counts_as_destructive() {
    assertThat(effect(List.of(Method.GET, Method.HEAD))).isEqualTo(new Effect(false, true, false));
    assertThat(effect(List.of(Method.GET, Method.POST))).isEqualTo(new Effect(true, false, false));
  }

  @Test
  void a_post_carries_its_body_and_the_key_of_its_call_and_follows_no_redirect() throws Exception {
    server.enqueue(redirect("/elsewhere"));

    String answer =
        call(
            config(List.of(Method.GET, Method.POST), Duration.ofSeconds(5)),
            Map.of("url", url("/orders"), "method", "POST", "body", "{\"n\":1}"));

    RecordedRequest request = server.takeRequest();
    assertThat(request.getMethod()).isEqualTo("POST");
    assertThat(request.getBody().utf8()).isEqualTo("{\"n\":1}");
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
    assertThat(request.getHeaders().get("Idempotency-Key")).isEqualTo("\"trial/1/0\"");
    assertThat(answer).contains("\"status\":302").contains("/elsewhere");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void a_post_whose_answer_is_lost_has_an_unknown_outcome_and_a_get_is_worth_a_retry() {
    server.enqueue(json(200, "{}").onResponseStart(new SocketEffect.CloseSocket()).build());
    server.enqueue(json(200, "{}").onResponseStart(new SocketEffect.CloseSocket()).build());

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(
            () ->
                call(
                    config(List.of(Method.POST), Duration.ofSeconds(5)),
                    Map.of("url", url("/"), "method", "POST", "body", "{}")))
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.OUTCOME_UNKNOWN));
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> get("/"))
        .satisfies(failure -> assertThat(failure.retryable()).isTrue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://other.example/",
        "http://api.example/",
        "https://api.example:8443/",
        "https://evil-api.example/",
        "https://api.example.evil/",
        "https://api.example@evil/",
        "https://sub.sub.api.example/",
        "https://example/"
      })
  void an_origin_that_is_not_on_the_list_is_refused(String url) {
    HttpConfig narrow =
        new HttpConfig(
            List.of(HostRule.parse("api.example"), HostRule.parse("https://*.only.example")),
            List.of(),
            List.of(Method.GET),
            1024,
            Duration.ofSeconds(1),
            List.of());

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> call(narrow, Map.of("url", url)))
        .satisfies(
            failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS));
  }

  @Test
  void a_rule_says_scheme_host_and_port() {
    HttpUrl url = HttpUrl.get("https://a.b.example/x");

    assertThat(HostRule.parse("a.b.example").allows(url)).isTrue();
    assertThat(HostRule.parse("*.example").allows(url)).isTrue();
    assertThat(HostRule.parse("*.b.example").allows(url)).isTrue();
    assertThat(HostRule.parse("b.example").allows(url)).isFalse();
    assertThat(HostRule.parse("*.a.b.example").allows(url)).isFalse();
    assertThat(HostRule.parse("http://a.b.example").allows(url)).isFalse();
    assertThat(HostRule.parse("a.b.example:444").allows(url)).isFalse();
    assertThat(HostRule.parse("a.b.example:*").allows(url)).isTrue();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> HostRule.parse("https://a/path"));
  }

  private static MockResponse.Builder json(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .setHeader("Content-Type", "application/json")
        .body(body);
  }

  private static MockResponse redirect(String location) {
    return new MockResponse.Builder().code(302).setHeader("Location", location).build();
  }

  private static Effect effect(List<Method> methods) {
    HttpConfig config =
        new HttpConfig(
            List.of(HostRule.parse("a.example")),
            List.of(),
            methods,
            1024,
            Duration.ofSeconds(1),
            List.of());
    try (HttpRequest tool = new HttpRequest(config)) {
      return ToolCatalogue.of(tool).find("http_request").orElseThrow().declaration().effect();
    }
  }

  private String url(String path) {
    return "http://localhost:" + server.getPort() + path;
  }

  private HttpConfig config(List<Method> methods, Duration timeout) {
    return new HttpConfig(
        List.of(),
        List.of(HostRule.parse("http://localhost:" + server.getPort())),
        methods,
        64 * 1024,
        timeout,
        List.of());
  }

  private JsonNode get(String path) throws Exception {
    return ToolJson.mapper()
        .readTree(
            call(
                config(List.of(Method.GET, Method.HEAD), Duration.ofSeconds(5)),
                Map.of("url", url(path))));
  }

  private void assertRefused(Map<String, Object> arguments, String words) {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> call(config(List.of(Method.GET), Duration.ofSeconds(5)), arguments))
        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS))
        .withMessageContaining(words);
  }

  private static String call(HttpConfig config, Map<String, ?> arguments) throws Exception {
    try (HttpRequest tool = new HttpRequest(config)) {
      return ToolTrial.of(tool)
          .call("http_request", ToolJson.mapper().writeValueAsString(arguments));
    }
  }
}
