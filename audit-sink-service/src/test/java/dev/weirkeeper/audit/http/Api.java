package dev.weirkeeper.audit.http;

import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API over the store of some surroundings, with a token for every role. */
public final class Api implements AutoCloseable {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final Map<String, Token.Issued> tokens = new LinkedHashMap<>();
  private final ConsoleServer server;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

  /**
   * Starts it.
   *
   * @param tenants of the tokens {@code viewer}, {@code operator}, {@code approver} and {@code
   *     admin}; {@code all} is an administrator's for all tenants
   * @param more settings
   */
  public Api(Surroundings around, List<String> tenants, Map<String, String> more) {
    for (Role role : Role.values()) {
      issue(role.word(), role, Tenants.of(tenants));
    }
    issue("all", Role.ADMIN, Tenants.ALL);
    Map<String, String> settings = new HashMap<>(around.settings());
    settings.put("console.port", "0");
    settings.put(
        "console.tokens",
        tokens.values().stream()
            .map(issued -> issued.token().line())
            .collect(Collectors.joining(";")));
    settings.putAll(more);
    Settings read =
        Settings.read(
            ConsoleConfig.CATALOGUE.and(PostgresConfig.CATALOGUE).and(Connection.CATALOGUE),
            Given.of(
                settings.entrySet().stream()
                    .filter(e -> !e.getKey().equals("audit.root-interval"))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
    server =
        ConsoleServer.start(
            ConsoleConfig.from(read),
            PostgresConfig.from(read),
            Connection.from(read),
            new SimpleMeterRegistry(),
            InstantSource.system());
  }

  private void issue(String name, Role role, Tenants tenants) {
    tokens.put(name, Token.issue(name, Set.of(role), tenants, Optional.empty()));
  }

  /** What proves a token. */
  public String secret(String name) {
    return Objects.requireNonNull(tokens.get(name), name).secret();
  }

  /** Where it is. */
  public String url() {
    return server.url();
  }

  List<Route> routes() {
    return server.routes();
  }

  /** An answer. */
  public record Answered(int status, JsonNode body, HttpResponse<String> response) {}

  /** Asks with the token of a name; an empty name shows none. */
  public Answered get(String token, String path) {
    return send(token, "GET", path, null, Map.of());
  }

  /** Orders. */
  public Answered post(String token, String path, String body) {
    return send(token, "POST", path, body, Map.of("Content-Type", "application/json"));
  }

  /** The body of an answer that must be good. */
  public JsonNode ok(String path) {
    Answered answered = get("all", path);
    if (answered.status() != 200) {
      throw new AssertionError(path + ": " + answered.status() + " " + answered.body());
    }
    return answered.body();
  }

  /** A request. */
  public Answered send(
      String token,
      String method,
      String path,
      @org.jspecify.annotations.Nullable String body,
      Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    if (!token.isEmpty()) {
      request.header(
          "Authorization", "Bearer " + (tokens.containsKey(token) ? secret(token) : token));
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      String type = response.headers().firstValue("Content-Type").orElse("");
      return new Answered(
          response.statusCode(),
          type.contains("json") ? MAPPER.readTree(response.body()) : MAPPER.createObjectNode(),
          response);
    } catch (IOException e) {
      throw new IllegalStateException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Opens a stream, which is the caller's to close. */
  public HttpResponse<java.io.InputStream> stream(
      String token, String path, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Authorization", "Bearer " + secret(token));
    headers.forEach(request::header);
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new IllegalStateException(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
    http.shutdownNow();
  }
}
