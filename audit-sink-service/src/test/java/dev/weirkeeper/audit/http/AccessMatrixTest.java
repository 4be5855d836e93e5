package dev.weirkeeper.audit.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.Scene;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.http.Api.Answered;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every route, as every role, for one's own tenant and for another's. */
@SinkTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AccessMatrixTest {

  private final Surroundings around = new Surroundings(1);
  private final Api api = new Api(around, List.of("acme"), Map.of());

  @BeforeAll
  void two_tenants_have_a_session_each() {
    Scene scene = new Scene(around.topics(), Instant.now(), text -> text);
    List<dev.weirkeeper.audit.SampleLog.Entry> entries = new ArrayList<>();
    entries.addAll(scene.waiting("mine", "acme", Map.of()));
    entries.addAll(scene.waiting("theirs", "other", Map.of()));
    around.write(entries);
    around.sink();
    around.awaitLog(entries.size());
  }

  @AfterAll
  void done() {
    api.close();
    around.close();
  }

  /** A path with its parameters filled in for a session. */
  private static String path(Route route, String session, Surroundings around) {
    return route
        .path()
        .replace("{session_id}", session)
        .replace(
            "<call_id>",
            session
                + (route.path().contains("model-calls")
                    ? "/1/m1"
                    : route.path().contains("tool-calls") ? "/1/0" : "/1/1"))
        .replace("{topic}", around.topics().tasks().name())
        .replace("{partition}", "0")
        .replace("{offset}", session.equals("mine") ? "0" : "1");
  }

  private static String body(Route route) {
    return route.path().endsWith("decision")
        ? "{\"verdict\":\"reject\",\"arguments_hash\":\"%s\"}".formatted(Scene.ARGUMENTS_HASH)
        : route.path().endsWith("tasks") ? "{\"text\":\"a task\",\"tenant\":\"%s\"}" : "{}";
  }

  private int status(Route route, String token, String session) {
    String path = path(route, session, around);
    if (route.path().endsWith("/live")) {
      if (token.isEmpty() || token.equals("wrong")) {
        return api.get(token, path).status();
      }
      HttpResponse<InputStream> stream = api.stream(token, path, Map.of());
      try {
        stream.body().close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return stream.statusCode();
    }
    Answered answered =
        route.method().equals("GET")
            ? api.get(token, path)
            : api.post(
                token, path, body(route).formatted(session.equals("mine") ? "acme" : "other"));
    if (answered.status() >= 400) {
      assertThat(answered.response().headers().firstValue("Content-Type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
      assertThat(answered.body().path("detail").asString("")).isNotBlank();
    }
    return answered.status();
  }

  @Test
  void nobody_without_a_valid_token_is_let_in_anywhere() {
    for (Route route : api.routes()) {
      assertThat(status(route, "", "mine")).as(route.toString()).isEqualTo(401);
    }
  }

  @Test
  void a_role_is_let_in_where_it_has_the_right_and_nowhere_else() {
    for (Route route : api.routes()) {
      for (Role role : Role.values()) {
        int status = status(route, role.word(), "mine");
        String as = role + " " + route.method() + " " + route.path();
        boolean ofNoTenant = route.path().endsWith("/dead-letters");
        if (!role.has(route.right()) || ofNoTenant) {
          assertThat(status).as(as).isEqualTo(403);
        } else if (route.path().endsWith("decision")) {
          // The first who may decides; whoever comes after that may too, but it is decided.
          assertThat(status).as(as).isIn(202, 409);
        } else {
          assertThat(status).as(as).isEqualTo(route.method().equals("GET") ? 200 : 202);
        }
      }
    }
  }

  @Test
  void what_belongs_to_another_tenant_looks_as_if_it_did_not_exist() {
    for (Route route : api.routes()) {
      for (Role role : Role.values()) {
        if (!role.has(route.right())) {
          continue;
        }
        String as = role + " " + route.method() + " " + route.path();
        if (route.path().matches(".*[{<].*")) {
          assertThat(status(route, role.word(), "theirs")).as(as).isEqualTo(404);
        } else if (route.path().endsWith("/tasks")) {
          assertThat(status(route, role.word(), "theirs")).as(as).isEqualTo(403);
        } else if (!route.path().endsWith("/live")) {
          String body = api.get(role.word(), route.path()).response().body();
          assertThat(body).as(as).doesNotContain("theirs", "other");
        }
      }
    }
  }

  @Test
  void who_sees_all_tenants_sees_both() {
    assertThat(api.ok("/api/v1/sessions").path("items").size()).isGreaterThanOrEqualTo(2);
    for (String session : List.of("mine", "theirs")) {
      assertThat(api.get("all", "/api/v1/sessions/" + session).status()).isEqualTo(200);
    }
  }

  @Test
  void a_session_into_which_another_tenant_wrote_is_nobody_elses_any_more() {
    Scene scene = new Scene(around.topics(), Instant.now(), text -> text);
    List<dev.weirkeeper.audit.SampleLog.Entry> mixed = scene.waiting("mixed", "acme", Map.of());
    var task =
        dev.weirkeeper.wire.Task.newBuilder()
            .setTaskId("t2")
            .setSessionId("mixed")
            .setText("a second task")
            .setTenant("other")
            .setSubmittedAt(Instant.now())
            .build();
    around.write(mixed);
    around.write(
        List.of(
            new dev.weirkeeper.audit.SampleLog.Entry(
                around.topics().tasks().name(), "mixed", task)));

    org.awaitility.Awaitility.await()
        .until(() -> api.get("all", "/api/v1/sessions/mixed").body().path("tasks").size() == 2);

    assertThat(api.get("viewer", "/api/v1/sessions/mixed").status()).isEqualTo(404);
    assertThat(api.get("operator", "/api/v1/sessions/mixed/timeline").status()).isEqualTo(404);
    assertThat(
            api.post(
                    "operator",
                    "/api/v1/tasks",
                    "{\"text\":\"more\",\"session_id\":\"mixed\",\"tenant\":\"acme\"}")
                .status())
        .isEqualTo(403);
  }
}
