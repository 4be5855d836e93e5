package dev.weirkeeper.audit.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.SampleLog;
import dev.weirkeeper.audit.Scene;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.http.Api.Answered;
import dev.weirkeeper.audit.query.Sessions;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.Verdict;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What people tell the system through the API: who may, what is refused, what arrives. */
@SinkTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OrdersTest {

  private final KeyPair keys = keys();
  private final Surroundings around = new Surroundings(1);
  private final Api api =
      new Api(
          around,
          List.of("acme"),
          Map.of(
              "console.signing-key",
              Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded())));

  private static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  void sessions_that_wait() {
    List<SampleLog.Entry> entries = new ArrayList<>();
    Scene scene = new Scene(around.topics(), Instant.now(), text -> text);
    for (String session : List.of("decide", "refuse", "own", "late-in-time")) {
      entries.addAll(
          scene.waiting(
              session,
              "acme",
              session.equals("own") ? Map.of(Sessions.SUBMITTED_BY, "approver") : Map.of()));
    }
    entries.addAll(
        new Scene(around.topics(), Instant.now().minus(Duration.ofHours(3)), text -> text)
            .waiting("expired", "acme", Map.of()));
    around.write(entries);
    around.sink();
    around.awaitLog(entries.size());
  }

  @AfterAll
  void done() {
    api.close();
    around.close();
  }

  private Answered decide(String session, String token, String body) {
    return api.post(
        token,
        "/api/v1/approvals/" + session + "%2F1%2F1/decision",
        body.replace("HASH", Scene.ARGUMENTS_HASH));
  }

  @Test
  void a_decision_names_its_maker_and_is_signed_and_a_second_one_is_refused() {
    Answered first =
        decide(
            "decide",
            "approver",
            "{\"verdict\":\"edit\",\"arguments\":\"{\\\"what\\\":\\\"less\\\"}\",\"arguments_hash\":\"HASH\"}");

    assertThat(first.status()).isEqualTo(202);
    assertThat(first.body().path("decided_by").asString("")).isEqualTo("approver");
    assertThat(first.body().path("signed").asBoolean(false)).isTrue();
    Awaitility.await()
        .until(
            () ->
                api.ok("/api/v1/approvals/decide/1/1")
                    .path("status")
                    .asString("")
                    .equals("edited"));
    ApprovalDecision decision = read("decide/1/1");
    assertThat(decision.getDecidedBy()).isEqualTo("approver");
    assertThat(decision.getVerdict()).isEqualTo(Verdict.EDIT);
    assertThat(decision.getArguments()).isEqualTo("{\"what\":\"less\"}");
    assertThat(decision.getArgumentsHash()).isEqualTo(Scene.ARGUMENTS_HASH);
    assertThat(
            TrustedApprovers.of(Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()))
                .problem(decision))
        .isEmpty();

    Answered second =
        decide("decide", "admin", "{\"verdict\":\"approve\",\"arguments_hash\":\"HASH\"}");

    assertThat(second.status()).isEqualTo(409);
    assertThat(second.body().path("detail").asString("")).contains("edited by approver");
  }

  private ApprovalDecision read(String call) {
    String value =
        Objects.requireNonNull(
            around.value(
                "SELECT encode(value, 'base64') FROM log WHERE type = 'ApprovalDecision' AND"
                    + " call_id = '"
                    + call
                    + "'"));
    AvroDeserializer<SpecificRecord> avro =
        AvroDeserializer.ofAnyRecord(Map.of("schema.registry.url", around.registry()));
    return (ApprovalDecision)
        Objects.requireNonNull(
            avro.deserialize(
                around.topics().approvalDecisions().name(),
                new RecordHeaders(),
                Base64.getMimeDecoder().decode(value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"verdict\":\"approve\"} | 400 | arguments_hash is missing",
        "{\"verdict\":\"approve\",\"arguments_hash\":\"00\"} | 409 | arguments_hash is not that",
        "{\"verdict\":\"yes\",\"arguments_hash\":\"HASH\"} | 400 | it can be approve, reject",
        "{\"arguments_hash\":\"HASH\"} | 400 | it can be approve, reject",
        "{\"verdict\":\"answer\",\"text\":\"x\",\"arguments_hash\":\"HASH\"} | 400 | yes or no",
        "{\"verdict\":\"edit\",\"arguments_hash\":\"HASH\"} | 400 | arguments are missing",
        "{\"verdict\":\"edit\",\"arguments\":\"[1]\",\"arguments_hash\":\"HASH\"} | 400 | must be a"
            + " JSON object",
        "{\"verdict\":\"edit\",\"arguments\":\"{\",\"arguments_hash\":\"HASH\"} | 400 | arguments"
            + " is no JSON",
        "{\"verdict\":\"approve\",\"arguments\":\"{}\",\"arguments_hash\":\"HASH\"} | 400 | for the"
            + " verdict edit only",
        "{\"verdict\":\"approve\",\"arguments_hash\":\"HASH\",\"decided_by\":\"boss\"} | 400 |"
            + " decided_by",
        "{\"verdict\":\"approve\" | 400 | can't be read",
        "[] | 400 | can't be read",
        "null | 400 | null",
        "'' | 400 | can't be read"
      })
  void a_decision_that_does_not_fit_is_refused_with_what_is_wrong(
      String body, int status, String words) {
    Answered answered = decide("refuse", "approver", body == null ? "" : body);

    assertThat(answered.status()).isEqualTo(status);
    assertThat(answered.body().path("detail").asString("")).contains(words);
  }

  @Test
  void whoever_submitted_a_task_does_not_decide_on_its_calls() {
    String approve = "{\"verdict\":\"approve\",\"arguments_hash\":\"HASH\"}";

    Answered own = decide("own", "approver", approve);

    assertThat(own.status()).isEqualTo(403);
    assertThat(own.body().path("type").asString("")).endsWith("self-approval");
    assertThat(decide("own", "admin", approve).status()).isEqualTo(202);
  }

  @Test
  void a_request_that_expired_is_not_decided_on() {
    Answered answered =
        decide("expired", "approver", "{\"verdict\":\"approve\",\"arguments_hash\":\"HASH\"}");

    assertThat(answered.status()).isEqualTo(409);
    assertThat(answered.body().path("request_status").asString("")).isEqualTo("expired");
  }

  @Test
  void a_task_names_who_submitted_it_whatever_its_metadata_says() {
    Answered answered =
        api.post(
            "operator",
            "/api/v1/tasks",
            JsonMapper.shared()
                .writeValueAsString(
                    Map.of(
                        "text",
                        "a new task",
                        "metadata",
                        Map.of(Sessions.SUBMITTED_BY, "somebody else", "a", "b"))));

    assertThat(answered.status()).isEqualTo(202);
    String session = answered.body().path("session_id").asString("");
    Awaitility.await().until(() -> api.get("all", "/api/v1/sessions/" + session).status() == 200);
    var task = api.ok("/api/v1/sessions/" + session).path("tasks").path(0);
    assertThat(task.path("submitted_by").asString("")).isEqualTo("operator");
    assertThat(task.path("tenant").asString("")).isEqualTo("acme");
    assertThat(task.path("metadata").path("a").asString("")).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"text\":\" \"}",
        "{\"text\":\"x\",\"colour\":\"red\"}",
        "{\"text\":\"x\",\"text\":\"y\"}",
        "{\"text\":\"x\",\"limits\":{\"max_steps\":0}}",
        "{\"text\":\"x\",\"session_id\":\"\"}",
        "{\"text\":\"x\",\"metadata\":{\"a\":null}}",
        "{\"text\":\"x\"} {\"text\":\"y\"}"
      })
  void a_task_that_makes_no_sense_is_refused(String body) {
    Answered answered = api.post("operator", "/api/v1/tasks", body);

    assertThat(answered.status()).as("%s: %s", body, answered.body()).isEqualTo(400);
  }

  @Test
  void a_body_that_is_too_deep_too_long_or_no_json_is_refused() {
    assertThat(api.post("operator", "/api/v1/tasks", "{\"metadata\":".repeat(100_000)).status())
        .isIn(400, 413);
    assertThat(
            api.post("operator", "/api/v1/tasks", "{\"text\":\"" + "x".repeat(2_000_000) + "\"}")
                .status())
        .isEqualTo(413);
    assertThat(
            api.send(
                    "operator",
                    "POST",
                    "/api/v1/tasks",
                    "text=x",
                    Map.of("Content-Type", "application/x-www-form-urlencoded"))
                .status())
        .isEqualTo(415);
    assertThat(api.send("operator", "POST", "/api/v1/tasks", "{\"text\":\"x\"}", Map.of()).status())
        .isEqualTo(415);
  }

  @Test
  void a_request_of_another_site_is_refused() {
    String body = "{\"text\":\"x\"}";
    Map<String, String> json = Map.of("Content-Type", "application/json");

    Answered other =
        api.send(
            "operator",
            "POST",
            "/api/v1/tasks",
            body,
            Map.of("Content-Type", "application/json", "Origin", "https://evil.example"));
    Answered same =
        api.send(
            "operator",
            "POST",
            "/api/v1/tasks",
            body,
            Map.of("Content-Type", "application/json", "Origin", api.url()));

    assertThat(other.status()).isEqualTo(403);
    assertThat(other.body().path("type").asString("")).endsWith("cross-site");
    assertThat(same.status()).isEqualTo(202);
    assertThat(api.send("operator", "POST", "/api/v1/tasks", body, json).status()).isEqualTo(202);
  }

  @Test
  void whoever_tries_tokens_is_slowed_down_and_valid_ones_are_not() {
    int status = 401;
    for (int i = 0; i < 30 && status == 401; i++) {
      status = api.get("weir_wrong" + i, "/api/v1/me").status();
    }

    assertThat(status).isEqualTo(429);
    assertThat(api.get("weir_wrong", "/api/v1/me").response().headers().firstValue("Retry-After"))
        .isPresent();
    assertThat(api.get("viewer", "/api/v1/me").status()).isEqualTo(200);
  }

  @Test
  void every_answer_carries_the_headers_that_keep_browsers_safe() {
    for (String path : List.of("/api/v1/me", "/console/", "/console/js/main.js", "/nothing")) {
      var headers = api.get("viewer", path).response().headers();
      assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
          .as(path)
          .startsWith("default-src 'none'; script-src 'self'; style-src 'self'")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
      assertThat(headers.firstValue("Set-Cookie")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/../application.properties",
        "/console/%2e%2e/db/audit/V1__log_and_ledger.sql",
        "/console/..%2fdb%2faudit%2fV1__log_and_ledger.sql",
        "/console/js/../../db/audit/V1__log_and_ledger.sql",
        "/console/js",
        "/console/none.js"
      })
  void no_path_leads_out_of_the_console(String path) {
    assertThat(api.get("", path).status()).as(path).isBetween(400, 404);
  }
}
