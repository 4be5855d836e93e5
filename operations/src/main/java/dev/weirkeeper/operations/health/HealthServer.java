package dev.weirkeeper.operations.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weirkeeper.operations.redaction.Redaction;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The endpoint for probes and metrics: {@code /health/live} and {@code /health/ready} answer 200 or
 * 503 with what is waited for, {@code /metrics} in Prometheus text, {@code /info} who this is.
 *
 * <p>Runs from {@link #start} until {@link #close}; each request on a virtual thread.
 */
public final class HealthServer implements AutoCloseable {

  private static final String JSON = "application/json; charset=utf-8";

  private final HttpServer http;
  private final ExecutorService threads;

  private HealthServer(HttpServer http, ExecutorService threads) {
    this.http = http;
    this.threads = threads;
  }

  /**
   * Starts answering. Start it before anything that may take time, so that probes can see what is
   * waited for.
   *
   * @param live broken beyond the service's own repair if one of these waits for something
   * @param ready doing its work if none of these waits for anything
   * @throws UncheckedIOException if the address can't be bound; the message says what to do
   */
  public static HealthServer start(
      HealthConfig config,
      ServiceIdentity identity,
      PrometheusMeterRegistry metrics,
      List<Check> live,
      List<Check> ready) {
    HttpServer http;
    try {
      http = HttpServer.create(new InetSocketAddress(config.host(), config.port()), 0);
    } catch (BindException e) {
      throw new UncheckedIOException(
          "cannot listen on %s:%d (%s): stop what uses the port or set http.port to another one, 0 for any free one"
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on %s:%d: %s".formatted(config.host(), config.port(), e.getMessage()), e);
    }
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("health-", 0).factory());
    http.setExecutor(threads);
    http.createContext(
        "/", exchange -> answer(exchange, 404, JSON, "{\"error\":\"no such path\"}"));
    http.createContext("/health/live", exchange -> report(exchange, "live", live));
    http.createContext("/health/ready", exchange -> report(exchange, "ready", ready));
    http.createContext(
        "/metrics",
        exchange ->
            answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
    http.createContext("/info", exchange -> answer(exchange, 200, JSON, describe(identity)));
    http.start();
    return new HealthServer(http, threads);
  }

  /** The port it listens on. */
  public int port() {
    return http.getAddress().getPort();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private static void report(HttpExchange exchange, String well, List<Check> checks)
      throws IOException {
    List<String> missing =
        checks.stream().map(Check::waitingFor).flatMap(Optional::stream).toList();
    answer(
        exchange,
        missing.isEmpty() ? 200 : 503,
        JSON,
        missing.isEmpty()
            ? "{\"status\":%s}".formatted(quoted(well))
            : "{\"status\":%s,\"waitingFor\":[%s]}"
                .formatted(
                    quoted("not " + well),
                    missing.stream().map(HealthServer::quoted).collect(Collectors.joining(","))));
  }

  private static String describe(ServiceIdentity identity) {
    Map<String, String> all = new TreeMap<>(identity.details());
    all.put("service", identity.service());
    all.put("version", identity.version());
    all.put("java", Runtime.version().toString());
    return all.entrySet().stream()
        .map(entry -> quoted(entry.getKey()) + ":" + quoted(entry.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    try (exchange) {
      // What a service waits for is told in the words of others, who may repeat an address with its
      // password; labels of metrics may come from records.
      byte[] body = Redaction.byForm().apply(text).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(status, -1);
      } else {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
              } else if (c < 0x20) {
                json.append("\\u%04x".formatted(c));
              } else {
                json.append((char) c);
              }
            });
    return json.append('"').toString();
  }
}
