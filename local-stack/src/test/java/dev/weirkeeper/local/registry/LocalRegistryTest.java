package dev.weirkeeper.local.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@WithBroker
class LocalRegistryTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ONE_FIELD =
      """
      {"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}""";
  private static final String DEFAULTED_FIELD =
      """
      {"type":"record","name":"R","fields":[{"name":"a","type":"string"},
       {"name":"b","type":"int","default":7}]}""";
  private static final String REQUIRED_FIELD =
      """
      {"type":"record","name":"R","fields":[{"name":"a","type":"string"},
       {"name":"b","type":"int"}]}""";

  private final HttpClient http = HttpClient.newHttpClient();
  private final KafkaForTests kafka;
  private final String url;

  LocalRegistryTest(KafkaForTests kafka) {
    this.kafka = kafka;
    this.url = kafka.registryUrl();
  }

  private record Answer(int status, JsonNode json) {
    int code() {
      return json.path("error_code").asInt();
    }
  }

  @Test
  void the_same_text_has_the_same_id_under_every_subject_and_spaces_do_not_matter()
      throws Exception {
    int first = register("same-a-value", ONE_FIELD);
    int again = register("same-a-value", ONE_FIELD.replace(",", " , "));
    int elsewhere = register("same-b-value", ONE_FIELD);

    assertThat(again).isEqualTo(first);
    assertThat(elsewhere).isEqualTo(first);
    assertThat(get("/schemas/ids/" + first).json().path("schema").asString())
        .isEqualTo(
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"}]}");
    assertThat(get("/subjects/same-a-value/versions").json().toString()).isEqualTo("[1]");
    assertThat(post("/subjects/same-b-value", body(ONE_FIELD)).json().path("version").asInt())
        .isEqualTo(1);
  }

  @Test
  void a_version_that_can_not_read_all_earlier_ones_is_refused_unless_the_rule_is_relaxed()
      throws Exception {
    register("rule-value", ONE_FIELD);
    register("rule-value", DEFAULTED_FIELD);

    Answer refused = post("/subjects/rule-value/versions", body(REQUIRED_FIELD));
    Answer check =
        post(
            "/compatibility/subjects/rule-value/versions/latest?verbose=true",
            body(REQUIRED_FIELD));
    Answer relaxed = put("/config/rule-value", "{\"compatibility\":\"BACKWARD\"}");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo(409);
    assertThat(refused.json().path("message").asString())
        .contains("rule-value")
        .contains("version 1")
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE");
    // The newest version has the field, so judged against that alone nothing speaks against it.
    assertThat(check.json().path("is_compatible").asBoolean()).isTrue();
    assertThat(relaxed.json().path("compatibility").asString()).isEqualTo("BACKWARD");
    register("rule-value", REQUIRED_FIELD);
    assertThat(get("/config/rule-value").json().path("compatibilityLevel").asString())
        .isEqualTo("BACKWARD");
    assertThat(get("/config").json().path("compatibilityLevel").asString())
        .isEqualTo("BACKWARD_TRANSITIVE");
  }

  @Test
  void what_is_missing_or_wrong_has_the_protocols_own_code() throws Exception {
    register("codes-value", ONE_FIELD);

    assertThat(get("/subjects/nobody-value/versions").code()).isEqualTo(40401);
    assertThat(get("/subjects/codes-value/versions/9").code()).isEqualTo(40402);
    assertThat(get("/subjects/codes-value/versions/zero").code()).isEqualTo(42202);
    assertThat(get("/schemas/ids/99999").code()).isEqualTo(40403);
    assertThat(post("/subjects/codes-value", body(REQUIRED_FIELD)).code()).isEqualTo(40403);
    assertThat(post("/subjects/codes-value/versions", body("{\"type\":\"nonsense\"}")).code())
        .isEqualTo(42201);
    assertThat(put("/config/codes-value", "{\"compatibility\":\"SOMETIMES\"}").code())
        .isEqualTo(42203);
    assertThat(get("/config/codes-value").code()).isEqualTo(40408);
    assertThat(post("/subjects/codes-value/versions", "not json").status()).isEqualTo(400);
  }

  @Test
  void a_deleted_version_is_hidden_but_its_id_still_answers_until_it_is_removed_for_good()
      throws Exception {
    int id = register("gone-value", ONE_FIELD.replace("\"R\"", "\"Gone\""));

    Answer tooEarly = delete("/subjects/gone-value?permanent=true");
    Answer hidden = delete("/subjects/gone-value");
    Answer byIdWhileHidden = get("/schemas/ids/" + id);
    Answer versionsWhileHidden = get("/subjects/gone-value/versions");
    Answer removed = delete("/subjects/gone-value?permanent=true");
    Answer byIdAfterwards = get("/schemas/ids/" + id);

    assertThat(tooEarly.code()).isEqualTo(40405);
    assertThat(hidden.json().toString()).isEqualTo("[1]");
    assertThat(byIdWhileHidden.status()).isEqualTo(200);
    assertThat(versionsWhileHidden.code()).isEqualTo(40401);
    assertThat(removed.json().toString()).isEqualTo("[1]");
    assertThat(byIdAfterwards.code()).isEqualTo(40403);
  }

  @Test
  void a_registry_started_later_has_the_same_ids_and_rules_and_gives_no_id_twice()
      throws Exception {
    int kept = register("kept-value", ONE_FIELD.replace("\"R\"", "\"Kept\""));
    put("/config/kept-value", "{\"compatibility\":\"FULL\"}");
    int removed = register("removed-value", ONE_FIELD.replace("\"R\"", "\"Removed\""));
    delete("/subjects/removed-value");
    delete("/subjects/removed-value?permanent=true");
    put("/mode", "{\"mode\":\"READWRITE\"}");
    put("/config", "{\"compatibility\":\"FORWARD\"}");

    try (LocalRegistry later = LocalRegistry.start(kafka.bootstrapServers(), 0)) {
      JsonNode version = send(later.url(), "/subjects/kept-value/versions/1", "GET", "").json();
      JsonNode level = send(later.url(), "/config/kept-value", "GET", "").json();
      JsonNode global = send(later.url(), "/config", "GET", "").json();
      JsonNode next =
          send(
                  later.url(),
                  "/subjects/next-value/versions",
                  "POST",
                  body(ONE_FIELD.replace("\"R\"", "\"Next\"")))
              .json();

      assertThat(version.path("id").asInt()).isEqualTo(kept);
      assertThat(level.path("compatibilityLevel").asString()).isEqualTo("FULL");
      assertThat(global.path("compatibilityLevel").asString()).isEqualTo("FORWARD");
      assertThat(next.path("id").asInt()).isGreaterThan(removed);
    } finally {
      delete("/config");
    }
  }

  @Test
  void a_schema_may_refer_to_another_subjects_and_that_one_can_not_be_deleted() throws Exception {
    register("ref-inner", "{\"type\":\"enum\",\"name\":\"Color\",\"symbols\":[\"RED\"]}");
    String outer =
        JSON.createObjectNode()
            .put(
                "schema",
                "{\"type\":\"record\",\"name\":\"Ball\",\"fields\":[{\"name\":\"c\",\"type\":\"Color\"}]}")
            .set(
                "references",
                JSON.readTree("[{\"name\":\"Color\",\"subject\":\"ref-inner\",\"version\":1}]"))
            .toString();

    Answer registered = post("/subjects/ref-outer/versions", outer);
    Answer deleted = delete("/subjects/ref-inner/versions/1");

    assertThat(registered.status()).isEqualTo(200);
    assertThat(deleted.code()).isEqualTo(42206);
  }

  @Test
  void a_schema_is_found_by_its_guid_and_a_read_only_subject_takes_no_version() throws Exception {
    Answer registered = post("/subjects/guid-value/versions", body(DEFAULTED_FIELD));
    HttpRequest askingForMore =
        HttpRequest.newBuilder(URI.create(url + "/subjects/guid-value/versions/1"))
            .header("Confluent-Accept-Unknown-Properties", "true")
            .build();
    String guid =
        JSON.readTree(http.send(askingForMore, BodyHandlers.ofString()).body())
            .path("guid")
            .asString();
    put("/mode/guid-value", "{\"mode\":\"READONLY\"}");

    Answer found = get("/schemas/guids/" + guid);
    Answer refused = post("/subjects/guid-value/versions", body(ONE_FIELD));

    assertThat(registered.json().propertyNames()).containsExactly("id");
    assertThat(JSON.readTree(found.json().path("schema").asString()))
        .isEqualTo(JSON.readTree(DEFAULTED_FIELD));
    assertThat(refused.code()).isEqualTo(42205);
  }

  @Test
  void a_post_that_a_web_page_could_send_unasked_is_refused() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url + "/subjects/page-value/versions"))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(body(ONE_FIELD)))
            .build();

    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
  }

  private int register(String subject, String schema) throws Exception {
    Answer answer = post("/subjects/" + subject + "/versions", body(schema));
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    return answer.json().path("id").asInt();
  }

  private static String body(String schema) {
    return JSON.createObjectNode().put("schema", schema).toString();
  }

  private Answer get(String path) throws Exception {
    return send(url, path, "GET", "");
  }

  private Answer post(String path, String body) throws Exception {
    return send(url, path, "POST", body);
  }

  private Answer put(String path, String body) throws Exception {
    return send(url, path, "PUT", body);
  }

  private Answer delete(String path) throws Exception {
    return send(url, path, "DELETE", "");
  }

  private Answer send(String base, String path, String method, String body) throws Exception {
    var response =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }
}
