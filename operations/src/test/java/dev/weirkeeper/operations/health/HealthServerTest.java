package dev.weirkeeper.operations.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HealthServerTest {

  private final AtomicBoolean connected = new AtomicBoolean();
  private final AtomicBoolean threadsAlive = new AtomicBoolean(true);
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HealthServer server =
      HealthServer.start(
          new HealthConfig("127.0.0.1", 0),
          ServiceIdentity.of("planner", HealthServerTest.class, Map.of("instance", "p-1")),
          metrics,
          List.of(Check.of("a stream thread that died: see the log", threadsAlive::get)),
          List.of(Check.of("the \"broker\" at a:1", connected::get)));

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void a_service_that_is_not_ready_says_what_it_waits_for() throws Exception {
    HttpResponse<String> before = get("/health/ready");
    assertThat(before.statusCode()).isEqualTo(503);
    assertThat(before.body())
        .isEqualTo("{\"status\":\"not ready\",\"waitingFor\":[\"the \\\"broker\\\" at a:1\"]}");

    connected.set(true);
    HttpResponse<String> after = get("/health/ready");
    assertThat(after.statusCode()).isEqualTo(200);
    assertThat(after.body()).isEqualTo("{\"status\":\"ready\"}");
  }

  @Test
  void being_live_does_not_depend_on_being_ready() throws Exception {
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    threadsAlive.set(false);
    assertThat(get("/health/live").statusCode()).isEqualTo(503);
  }

  @Test
  void metrics_are_shown_in_prometheus_text() throws Exception {
    metrics.counter("weirkeeper.steps").increment(3);
    assertThat(get("/metrics").body()).contains("weirkeeper_steps_total 3.0");
  }

  @Test
  void info_names_the_service_and_its_details() throws Exception {
    assertThat(get("/info").body())
        .contains("\"service\":\"planner\"", "\"version\":\"development\"", "\"instance\":\"p-1\"");
  }

  @Test
  void other_paths_are_not_found() throws Exception {
    assertThat(get("/admin").statusCode()).isEqualTo(404);
  }

  @Test
  void a_port_in_use_is_named_with_what_to_do() {
    assertThatThrownBy(
            () ->
                HealthServer.start(
                    new HealthConfig("127.0.0.1", server.port()),
                    ServiceIdentity.of("other", HealthServerTest.class, Map.of()),
                    metrics,
                    List.of(),
                    List.of()))
        .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port())
        .hasMessageContaining("set http.port");
  }

  private HttpResponse<String> get(String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
