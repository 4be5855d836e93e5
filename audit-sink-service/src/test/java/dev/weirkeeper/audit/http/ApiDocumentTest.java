package dev.weirkeeper.audit.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.weirkeeper.audit.SampleLog;
import dev.weirkeeper.audit.Scene;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.http.Api.Answered;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The document says what the API does: the same routes, and answers of the form it gives. */
@SinkTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ApiDocumentTest {

  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final Surroundings around = new Surroundings(2);
  private final Api api = new Api(around, List.of("acme"), Map.of("console.self-approval", "true"));
  private final JsonNode document = document();

  private static JsonNode document() {
    try (InputStream in = ConsoleServer.class.getResourceAsStream("openapi.yaml")) {
      return new YAMLMapper().readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  void a_store_with_something_of_everything() {
    Scene scene = new Scene(around.topics(), Instant.now(), text -> text);
    List<SampleLog.Entry> entries =
        new ArrayList<>(new SampleLog(around.topics(), 11, 6, 40).sessions(0, 30));
    entries.addAll(scene.waiting("w/1", "acme", Map.of()));
    entries.addAll(scene.definitions("acme"));
    around.write(entries);
    around.write(around.topics().tasks().name(), "broken", new byte[] {1, 2, 3});
    around.sink();
    // The copy on the dead-letter topic is a record too.
    around.awaitLog(entries.size() + 2);
  }

  @AfterAll
  void done() {
    api.close();
    around.close();
  }

  @Test
  void every_route_is_in_the_document_and_every_path_of_it_is_a_route() {
    Set<String> documented = new TreeSet<>();
    document
        .path("paths")
        .forEachEntry(
            (path, methods) ->
                methods.forEachEntry(
                    (method, operation) ->
                        documented.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
    Set<String> routes = new TreeSet<>();
    api.routes()
        .forEach(
            route ->
                routes.add(
                    route.method() + " " + route.path().replace('<', '{').replace('>', '}')));

    assertThat(documented).isEqualTo(routes);
  }

  @Test
  void it_is_served_to_anybody() {
    Answered answered = api.get("", "/api/openapi.yaml");

    assertThat(answered.status()).isEqualTo(200);
    assertThat(new YAMLMapper().readTree(answered.response().body())).isEqualTo(document);
  }

  @Test
  void every_parameter_of_the_document_is_one_of_the_route() {
    document
        .path("paths")
        .forEachEntry(
            (path, methods) -> {
              for (JsonNode given : methods.path("get").path("parameters")) {
                JsonNode parameter = resolved(given);
                if (!parameter.path("in").asString("").equals("query")) {
                  continue;
                }
                String name = parameter.path("name").asString("");
                String value =
                    parameter.path("schema").has("enum")
                        ? parameter.path("schema").path("enum").path(0).asString("")
                        : parameter.path("schema").path("type").asString("").equals("integer")
                            ? "5"
                            : switch (name) {
                              case "from", "to" -> "2026-11-20";
                              case "group_by" -> "tenant";
                              case "cursor", "status" -> "";
                              default -> "x";
                            };
                Answered answered = api.get("all", filled(path) + "?" + name + "=" + value);
                assertThat(answered.status())
                    .as("%s?%s=%s: %s", path, name, value, answered.body())
                    .isEqualTo(200);
              }
            });
  }

  private JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asString("");
    return reference.isEmpty() ? node : resolved(document.at(reference.substring(1)));
  }

  private String filled(String path) {
    return path.replace("{session_id}", "w%2F1")
        .replace(
            "{call_id}",
            path.contains("model-calls")
                ? "w%2F1%2F1%2Fm1"
                : path.contains("tool-calls") ? "w/1/1/0" : "w%2F1%2F1%2F1")
        .replace("{topic}", around.topics().events().name())
        .replace("{partition}", "0")
        .replace("{offset}", "0");
  }

  @Test
  void every_answer_has_the_form_that_the_document_gives() {
    document
        .path("paths")
        .forEachEntry(
            (path, methods) -> {
              if (methods.has("get") && !path.endsWith("/live")) {
                check(methods.path("get"), "200", api.get("all", filled(path)));
              }
            });
    for (String more :
        List.of(
            "/api/v1/ledger?group_by=model,tenant&bucket=hour",
            "/api/v1/ledger?group_by=tool",
            "/api/v1/ledger?group_by=session_id",
            "/api/v1/ledger?group_by=task_id&from=2026-11-20",
            "/api/v1/sessions?q=case&limit=3",
            "/api/v1/sessions/s3/timeline?limit=4",
            "/api/v1/approvals?status=open",
            "/api/v1/model-calls?model=gpt-6-luna&limit=2")) {
      Answered answered = api.get("all", more);
      String path =
          more.replaceAll("\\?.*", "").replace("/sessions/s3/", "/sessions/{session_id}/");
      check(document.path("paths").path(path).path("get"), "200", answered);
    }
  }

  @Test
  void orders_are_answered_in_the_form_that_the_document_gives() {
    JsonNode paths = document.path("paths");
    check(
        paths.path("/api/v1/tasks").path("post"),
        "202",
        api.post(
            "all",
            "/api/v1/tasks",
            """
            {"text": "do it", "session_id": "w/1", "task_id": "t9", "agent": "clerk", "tenant": "acme",
             "metadata": {"a": "b"}, "limits": {"max_steps": 3, "max_cost_nano_usd": 5}}
            """));
    for (String kind : List.of("cancel", "pause", "resume")) {
      check(
          paths.path("/api/v1/sessions/{session_id}/" + kind).path("post"),
          "202",
          api.post("all", "/api/v1/sessions/w%2F1/" + kind, "{\"reason\":\"so\"}"));
    }
    check(
        paths.path("/api/v1/approvals/{call_id}/decision").path("post"),
        "202",
        api.post(
            "all",
            "/api/v1/approvals/w%2F1%2F1%2F1/decision",
            "{\"verdict\":\"edit\",\"arguments\":\"{}\",\"arguments_hash\":\"%s\"}"
                .formatted(Scene.ARGUMENTS_HASH)));
  }

  @Test
  void problems_have_the_form_that_the_document_gives() {
    JsonNode operation = document.path("paths").path("/api/v1/sessions").path("get");
    for (String path :
        List.of(
            "/api/v1/sessions?status=happy",
            "/api/v1/sessions?statsu=failed",
            "/api/v1/sessions?limit=0",
            "/api/v1/sessions?limit=501",
            "/api/v1/sessions?cursor=nonsense",
            "/api/v1/sessions?from=yesterday",
            "/api/v1/sessions?agent=a&agent=b",
            "/api/v1/sessions/none",
            "/api/v1/records/agent.tasks/x/1",
            "/api/v1/ledger?group_by=colour",
            "/api/v1/ledger?group_by=tool,session_id",
            "/api/v2/sessions",
            "/nothing")) {
      Answered answered = api.get("all", path);
      assertThat(answered.status()).as(path).isBetween(400, 404);
      check(operation, "default", answered);
    }
    check(operation, "default", api.get("", "/api/v1/sessions"));
    Answered method = api.send("all", "DELETE", "/api/v1/sessions", null, Map.of());
    assertThat(method.status()).isEqualTo(405);
    check(operation, "default", method);
  }

  private void check(JsonNode operation, String status, Answered answered) {
    if (!status.equals("default")) {
      assertThat(answered.status())
          .as("%s: %s", answered.response().uri(), answered.body())
          .isEqualTo(Integer.parseInt(status));
    }
    JsonNode response = resolved(operation.path("responses").path(status));
    JsonNode schema =
        response
            .path("content")
            .path(status.equals("default") ? "application/problem+json" : "application/json")
            .path("schema");
    assertThat(schema.isObject()).as("a schema of %s", answered.response().uri()).isTrue();
    ObjectNode whole = ((ObjectNode) schema).deepCopy();
    whole.set("components", document.path("components"));
    Schema compiled = SCHEMAS.getSchema(whole);
    assertThat(compiled.validate(answered.body()))
        .as("%s: %s", answered.response().uri(), answered.body())
        .isEmpty();
  }
}
