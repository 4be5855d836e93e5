package dev.weirkeeper.audit.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SinkTest
final class AlertsTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);

  /** What a receiver was sent. */
  private record Received(String id, String timestamp, String signature, String body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private Surroundings around;
  private HttpServer receiver;

  @BeforeEach
  void start_a_receiver() throws IOException {
    around = new Surroundings(1);
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::take);
    receiver.start();
  }

  @AfterEach
  void leave() {
    around.close();
    receiver.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      if (refusals.getAndDecrement() > 0) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      received.add(
          new Received(
              exchange.getRequestHeaders().getFirst("webhook-id"),
              exchange.getRequestHeaders().getFirst("webhook-timestamp"),
              exchange.getRequestHeaders().getFirst("webhook-signature"),
              body));
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private void startWatching() {
    Map<String, String> settings = around.settings();
    settings.put("audit.alerts.error-percent", "50");
    settings.put("audit.alerts.error-least-calls", "4");
    settings.put("audit.alerts.approvals-waiting", "2");
    settings.put(
        "audit.webhook.url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook");
    settings.put("audit.webhook.secret", "whsec_" + Base64.getEncoder().encodeToString(KEY));
    var sink = around.sink(settings);
    await()
        .atMost(LIMIT)
        .until(() -> sink.ready().stream().allMatch(c -> c.waitingFor().isEmpty()));
  }

  private void toolCalls(int from, int count, String outcome) {
    for (int i = from; i < from + count; i++) {
      around.execute(
          """
          INSERT INTO tool_call (call_id, session_id, task_id, tenant, outcome, requested_at)
          VALUES ('s/1/%d', 's', 't', 'acme', '%s', now())
          """
              .formatted(i, outcome));
    }
  }

  @Test
  void G8_a_crossing_is_told_once_signed_and_again_only_after_it_was_below() {
    startWatching();
    toolCalls(0, 3, "ok");
    toolCalls(3, 3, "timeout");

    await().atMost(LIMIT).until(() -> received.size() == 1);

    Received alert = received.getFirst();
    assertThat(alert.body())
        .contains("\"type\":\"alert.raised\"", "\"kind\":\"error_rate\"", "\"tenant\":\"acme\"")
        .contains("3 of 6 calls of tenant acme failed");
    assertThat(alert.signature())
        .isEqualTo(Signature.of(KEY, alert.id(), Long.parseLong(alert.timestamp()), alert.body()));
    assertThat(around.number("SELECT count(*) FROM alert WHERE kind = 'error_rate'")).isEqualTo(1);

    toolCalls(6, 1, "timeout");
    toolCalls(7, 20, "ok");
    await()
        .atMost(LIMIT)
        .until(() -> around.number("SELECT count(*) FROM alert_state WHERE past") == 0);
    assertThat(received).hasSize(1);

    toolCalls(27, 40, "timeout");
    await().atMost(LIMIT).until(() -> received.size() == 2);
    assertThat(received).extracting(Received::id).doesNotHaveDuplicates();
  }

  @Test
  void approvals_that_wait_and_a_budget_that_is_used_raise_alerts() {
    startWatching();
    for (int i = 0; i < 2; i++) {
      around.execute(
          """
          INSERT INTO approval VALUES ('s/1/%d', 's', 't', 'confirm', 'send_email', '{}', 'h', 'r', 'a',
            'acme', '?', 0, now(), now() + interval '1 hour', 1, 0, %d)
          """
              .formatted(i, i));
    }
    around.execute(
        """
        INSERT INTO definition VALUES ('tenant', 'acme', '',
          '{"name": "acme", "max_cost_per_day_nano_usd": 1000}', now(), 1, 0, 0)
        """);
    around.execute(
        """
        INSERT INTO cost_hour VALUES (date_trunc('hour', now()), 'acme', 'a', '1', 'm', 'p', 1, 0,
          0, 0, 0, 0, 0, 0, 900, 850, 0, 0, 0)
        """);

    await().atMost(LIMIT).until(() -> received.size() == 2);

    assertThat(around.rows("SELECT kind, threshold, value FROM alert ORDER BY 1"))
        .containsExactly(List.of("approvals_waiting", "2", "2"), List.of("budget", "800", "850"));
  }

  @Test
  void a_receiver_that_is_away_gets_its_alert_when_it_is_back() {
    refusals.set(1);
    startWatching();
    toolCalls(0, 4, "timeout");

    await().atMost(LIMIT).until(() -> received.size() == 1);

    assertThat(around.number("SELECT attempts FROM webhook_delivery")).isEqualTo(2);
    assertThat(around.value("SELECT delivered_at IS NOT NULL FROM webhook_delivery"))
        .isEqualTo("t");
  }

  /** The example of the Standard Webhooks specification. */
  @Test
  void the_signature_is_that_of_the_specification() {
    byte[] key = Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    assertThat(
            Signature.of(
                key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330L, "{\"test\": 2432232314}"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void a_webhook_goes_to_no_address_it_should_not() {
    assertThat(WebhookTarget.allowed(URI.create("https://example.com/x"))).isTrue();
    assertThat(WebhookTarget.allowed(URI.create("http://localhost:8080"))).isTrue();
    for (String refused :
        List.of(
            "http://example.com",
            "ftp://example.com",
            "https://user:pw@example.com",
            "file:///etc")) {
      assertThat(WebhookTarget.allowed(URI.create(refused))).as(refused).isFalse();
    }
    for (String refused : List.of("169.254.169.254", "0.0.0.0", "224.0.0.1")) {
      assertThatThrownBy(() -> new WebhookTarget.Lookup().lookup(refused))
          .isInstanceOf(UnknownHostException.class);
    }
  }

  @Test
  void a_webhook_without_a_key_to_sign_with_is_refused_at_the_start() {
    assertThatThrownBy(
            () ->
                Settings.read(
                    AlertConfig.CATALOGUE,
                    Given.of(Map.of("audit.webhook.url", "https://example.com/"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("audit.webhook.secret")
        .hasMessageContaining("whsec_");
  }
}
