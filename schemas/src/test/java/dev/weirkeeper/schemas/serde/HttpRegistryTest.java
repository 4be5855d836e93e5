package dev.weirkeeper.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Credentials;
import okhttp3.Headers;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpRegistryTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("R").fields().requiredString("a").endRecord();
  private static final String SCHEMA_ANSWER =
      "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\","
          + "\\\"fields\\\":[{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"string\\\"}]}\"}";

  private final MockWebServer server = new MockWebServer();
  private final MockWebServer second = new MockWebServer();

  @BeforeEach
  void start() throws Exception {
    server.start();
    second.start();
  }

  @AfterEach
  void stop() {
    server.close();
    second.close();
  }

  @Test
  void a_schema_is_asked_for_once_by_its_id_and_an_unknown_id_is_not_asked_for_again_at_once()
      throws Exception {
    SchemaRegistry registry = registry(Map.of());
    answer(server, 200, SCHEMA_ANSWER);
    answer(server, 404, "{\"error_code\":40403,\"message\":\"Schema 8 not found\"}");

    assertThat(registry.byId(7)).contains(SCHEMA);
    assertThat(registry.byId(7)).contains(SCHEMA);
    assertThat(registry.byId(8)).isEmpty();
    assertThat(registry.byId(8)).isEmpty();

    assertThat(next(server).getTarget()).isEqualTo("/schemas/ids/7");
    assertThat(next(server).getTarget()).isEqualTo("/schemas/ids/8");
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void a_subject_is_registered_once_with_the_text_that_other_languages_know() throws Exception {
    SchemaRegistry registry = registry(Map.of());
    answer(server, 200, "{\"id\":12}");
    Schema generated = dev.weirkeeper.wire.TimerFired.getClassSchema();

    assertThat(registry.register("a b/c-value", generated)).isEqualTo(12);
    assertThat(registry.register("a b/c-value", generated)).isEqualTo(12);

    RecordedRequest request = next(server);
    assertThat(request.getTarget()).isEqualTo("/subjects/a%20b%2Fc-value/versions");
    assertThat(request.getHeaders().get("Content-Type"))
        .startsWith("application/vnd.schemaregistry.v1+json");
    assertThat(String.valueOf(request.getBody()))
        .contains("TimerFired")
        .doesNotContain("avro.java.string");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void the_next_url_is_tried_when_one_fails_and_stays_the_one_that_is_asked() throws Exception {
    answer(server, 503, "");
    answer(second, 200, SCHEMA_ANSWER);
    answer(second, 200, SCHEMA_ANSWER);
    SchemaRegistry registry =
        registry(
            Map.of(
                "schema.registry.url",
                "http://127.0.0.1:"
                    + closedPort()
                    + ","
                    + server.url("/")
                    + ","
                    + second.url("/")));

    assertThat(registry.byId(1)).contains(SCHEMA);
    assertThat(registry.byId(2)).contains(SCHEMA);

    assertThat(server.getRequestCount()).isEqualTo(1);
    assertThat(second.getRequestCount()).isEqualTo(2);
  }

  @Test
  void an_unreachable_registry_is_named_with_the_setting_to_check() throws Exception {
    String url = "http://127.0.0.1:" + closedPort();
    SchemaRegistry registry = registry(Map.of("schema.registry.url", url, "max.retries", 0));

    assertThatThrownBy(() -> registry.byId(1))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("schema registry at " + url)
        .hasMessageContaining("can't be reached")
        .hasMessageContaining("check schema.registry.url");
  }

  @Test
  void a_wrong_path_is_an_unavailable_registry_and_not_an_unknown_schema() {
    SchemaRegistry registry = registry(Map.of("max.retries", 0));
    answer(server, 404, "<html>nothing here</html>");
    answer(server, 404, "<html>nothing here</html>");
    answer(server, 200, "<html>a login page</html>");
    answer(server, 200, "{\"hello\":\"world\"}");
    answer(server, 200, "{\"hello\":\"world\"}");

    assertThatThrownBy(() -> registry.byId(1)).isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(() -> registry.register("t-value", SCHEMA))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(() -> registry.byId(1)).isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(() -> registry.register("t-value", SCHEMA))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(() -> registry.byId(1)).isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void refused_credentials_are_named_and_never_shown() {
    SchemaRegistry registry =
        registry(
            Map.of(
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "ann:s3cret"));
    answer(server, 401, "{\"error_code\":401,\"message\":\"no\"}");

    assertThatThrownBy(() -> registry.byId(1))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("refuses the credentials (401)")
        .hasMessageContaining("basic.auth.user.info")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void credentials_come_from_the_settings_the_url_or_a_token() throws Exception {
    String withUser =
        server.url("/").newBuilder().username("bob").password("p:w").build().toString();
    List<String> sent = new ArrayList<>();
    for (Map<String, String> auth :
        List.of(
            Map.of(
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "ann:a:b"),
            Map.of(
                "basic.auth.credentials.source", "USER_INFO",
                "schema.registry.basic.auth.user.info", "cid:x"),
            Map.of("schema.registry.url", withUser),
            Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "tok"))) {
      answer(server, 200, SCHEMA_ANSWER);
      registry(auth).byId(1);
      sent.add(String.valueOf(next(server).getHeaders().get("Authorization")));
    }

    assertThat(sent)
        .containsExactly(
            Credentials.basic("ann", "a:b"),
            Credentials.basic("cid", "x"),
            Credentials.basic("bob", "p:w"),
            "Bearer tok");
  }

  @Test
  void an_incompatible_schema_is_refused_with_the_registrys_words() {
    SchemaRegistry registry = registry(Map.of());
    answer(server, 409, "{\"error_code\":409,\"message\":\"field b has no default\"}");

    assertThatThrownBy(() -> registry.register("t-value", SCHEMA))
        .isInstanceOf(SchemaRefusedException.class)
        .hasMessageContaining("subject t-value")
        .hasMessageContaining("field b has no default");
  }

  @Test
  void what_speaks_against_a_version_is_listed_and_a_first_version_has_nothing_against_it() {
    SchemaRegistry registry = registry(Map.of());
    answer(server, 200, "{\"is_compatible\":false,\"messages\":[\"one\",\"two\"]}");
    answer(server, 404, "{\"error_code\":40401,\"message\":\"Subject not found\"}");

    assertThat(registry.objections("t-value", SCHEMA)).containsExactly("one", "two");
    assertThat(registry.objections("new-value", SCHEMA)).isEmpty();
  }

  @Test
  void a_schema_built_from_schemas_of_other_subjects_is_put_together() {
    SchemaRegistry registry = registry(Map.of());
    answer(
        server,
        200,
        """
        {"schema":"{\\"type\\":\\"record\\",\\"name\\":\\"Ball\\",\\"fields\\":[{\\"name\\":\\"c\\",\\"type\\":\\"Color\\"}]}",
         "references":[{"name":"Color","subject":"colors","version":3}]}""");
    answer(
        server,
        200,
        """
        {"subject":"colors","version":3,"id":1,"schema":"{\\"type\\":\\"enum\\",\\"name\\":\\"Color\\",\\"symbols\\":[\\"RED\\"]}"}""");

    assertThat(registry.byId(1).orElseThrow().getField("c").schema().getEnumSymbols())
        .containsExactly("RED");
  }

  @Test
  void a_schema_that_is_not_avro_makes_its_records_unreadable_not_the_registry_unavailable() {
    SchemaRegistry registry = registry(Map.of());
    answer(server, 200, "{\"schemaType\":\"PROTOBUF\",\"schema\":\"message A {}\"}");
    answer(server, 200, "{\"schema\":\"{\\\"type\\\":\\\"nonsense\\\"}\"}");

    assertThatThrownBy(() -> registry.byId(1))
        .isInstanceOfSatisfying(
            UnreadableRecordException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA))
        .hasMessageContaining("PROTOBUF");
    assertThatThrownBy(() -> registry.byId(2)).isInstanceOf(UnreadableRecordException.class);
    assertThatThrownBy(() -> registry.byId(1)).isInstanceOf(UnreadableRecordException.class);
    assertThat(server.getRequestCount()).as("asked for once each").isEqualTo(2);
  }

  @Test
  void kafkas_own_tls_settings_work_for_the_registry(@TempDir Path directory) throws Exception {
    Path store = directory.resolve("registry.p12");
    server.useHttps(serverCertificate(store).getSocketFactory());
    answer(server, 200, SCHEMA_ANSWER);
    answer(server, 200, SCHEMA_ANSWER);
    String url = "https://localhost:" + server.getPort();

    SchemaRegistry trusting =
        registry(
            Map.of(
                "schema.registry.url",
                url,
                "schema.registry.ssl.truststore.location",
                store.toString(),
                "schema.registry.ssl.truststore.password",
                "changeit",
                "schema.registry.ssl.truststore.type",
                "PKCS12"));
    SchemaRegistry unknowing = registry(Map.of("schema.registry.url", url, "max.retries", 0));

    assertThat(trusting.byId(1)).contains(SCHEMA);
    assertThatThrownBy(() -> unknowing.byId(1))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining("can't be reached");
  }

  private static SSLContext serverCertificate(Path store) throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "registry",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private SchemaRegistry registry(Map<String, ?> more) {
    Map<String, Object> config = new HashMap<>();
    config.put("schema.registry.url", server.url("/").toString());
    config.putAll(more);
    return new HttpRegistry((SerdeSettings.Registry.Http) SerdeSettings.from(config).registry());
  }

  private static void answer(MockWebServer server, int status, String body) {
    server.enqueue(
        new MockResponse(
            status, Headers.of("Content-Type", "application/vnd.schemaregistry.v1+json"), body));
  }

  private static RecordedRequest next(MockWebServer server) throws InterruptedException {
    RecordedRequest request = server.takeRequest(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request within 10 s");
    }
    return request;
  }

  private static int closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
