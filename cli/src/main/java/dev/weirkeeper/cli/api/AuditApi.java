package dev.weirkeeper.cli.api;

import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.operations.config.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The audit API of a running system. */
public final class AuditApi {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final URI url;
  private final Secret token;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(8)).build();

  /** The API at an address, asked with a token. */
  public AuditApi(URI url, Secret token) {
    this.url = url;
    this.token = token;
  }

  /**
   * Asks.
   *
   * @param path below {@code /api/v1}, encoded where it must be
   * @param parameters those with an empty value are left out
   * @throws Trouble if it does not answer, or with a problem
   */
  public JsonNode get(String path, Map<String, String> parameters) throws InterruptedException {
    String query =
        parameters.entrySet().stream()
            .filter(entry -> !entry.getValue().isEmpty())
            .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    String address =
        url.toString().replaceAll("/+$", "")
            + "/api/v1"
            + path
            + (query.isEmpty() ? "" : "?" + query);
    HttpResponse<String> response;
    try {
      response =
          http.send(
              HttpRequest.newBuilder(URI.create(address))
                  .timeout(PATIENCE)
                  .header("Authorization", "Bearer " + token.reveal())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new Trouble(
          ExitCode.UNREACHABLE,
          "the audit API does not answer at %s (%s): start it (weir up), or name another with --api"
              .formatted(
                  url, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
    JsonNode body = body(response);
    if (response.statusCode() == 200) {
      return body;
    }
    String detail = body.path("detail").asString("HTTP status " + response.statusCode());
    throw switch (response.statusCode()) {
      case 400 -> new Trouble(ExitCode.USAGE, detail);
      case 404 -> new Trouble(ExitCode.NOT_FOUND, detail);
      case 401, 403 ->
          new Trouble(ExitCode.UNREACHABLE, "the audit API refuses the token: " + detail);
      default -> new Trouble(ExitCode.UNREACHABLE, "the audit API can't answer: " + detail);
    };
  }

  private JsonNode body(HttpResponse<String> response) {
    try {
      return MAPPER.readTree(response.body());
    } catch (JacksonException e) {
      throw new Trouble(
          ExitCode.UNREACHABLE,
          "what answers at %s with status %d is no audit API: name it with --api"
              .formatted(url, response.statusCode()),
          e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
