package dev.weirkeeper.audit.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.Scene;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams: what is told, to whom, and how a reader goes on. */
@SinkTest
final class LiveTest {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final Surroundings around = new Surroundings(3);
  private final Api api = new Api(around, List.of("acme"), Map.of());
  private final Scene scene = new Scene(around.topics(), Instant.now(), text -> text);
  private final List<Reader> readers = new ArrayList<>();

  @AfterEach
  void done() {
    readers.forEach(Reader::close);
    api.close();
    around.close();
  }

  /** One who reads a stream on a thread of its own. */
  private static final class Reader implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final List<String> kinds = new CopyOnWriteArrayList<>();
    private final List<JsonNode> told = new CopyOnWriteArrayList<>();
    private volatile String lastId = "";

    Reader(HttpResponse<InputStream> response) {
      this.response = response;
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        String kind = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("event: ")) {
            kind = line.substring(7);
            kinds.add(kind);
          } else if (line.startsWith("id: ")) {
            lastId = line.substring(4);
          } else if (line.startsWith("data: ") && !line.equals("data: {}")) {
            told.add(MAPPER.readTree(line.substring(6)));
          }
        }
      } catch (IOException e) {
        // Closed by the test, or by the server.
      }
    }

    List<String> sessions() {
      return told.stream().map(one -> one.path("session_id").asString("")).distinct().toList();
    }

    @Override
    public void close() {
      try {
        response.body().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Reader watch(String token, String path, String lastId) {
    HttpResponse<InputStream> response =
        api.stream(token, path, lastId.isEmpty() ? Map.of() : Map.of("Last-Event-ID", lastId));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    Reader reader = new Reader(response);
    readers.add(reader);
    Awaitility.await().until(() -> reader.kinds.contains("mark"));
    return reader;
  }

  private void write(String session, String tenant) {
    around.write(scene.waiting(session, tenant, Map.of()));
  }

  private static void until(java.util.concurrent.Callable<Boolean> met) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(met);
  }

  private void started() {
    around.sink();
    write("first", "acme");
    around.awaitLog(9);
  }

  @Test
  void what_is_stored_is_told_with_its_position_and_only_to_those_who_may_see_it() {
    started();
    Reader all = watch("all", "/api/v1/live", "");
    Reader mine = watch("viewer", "/api/v1/live", "");

    write("theirs", "other");
    write("mine", "acme");

    until(() -> all.sessions().containsAll(List.of("theirs", "mine")));
    until(() -> mine.told.size() >= 4);
    assertThat(all.kinds).contains("hello", "event", "approval_request", "alert");
    assertThat(mine.sessions()).containsExactly("mine");
    for (JsonNode one : all.told) {
      assertThat(one.path("position").path("topic").asString("")).isNotEmpty();
    }
    JsonNode request =
        all.told.stream()
            .filter(one -> one.path("kind").asString("").equals("approval_request"))
            .findFirst()
            .orElseThrow();
    assertThat(api.get("all", "/api/v1/approvals/" + request.path("call_id").asString("")).status())
        .isEqualTo(200);
  }

  @Test
  void a_stream_of_one_session_tells_of_no_other() {
    started();
    Reader one = watch("viewer", "/api/v1/sessions/first/live", "");
    Reader all = watch("all", "/api/v1/live", "");

    write("second", "acme");
    around.write(List.of(scene.waiting("first", "acme", Map.of()).getLast()));

    until(() -> all.sessions().containsAll(List.of("second", "first")));
    until(() -> !one.told.isEmpty());
    assertThat(one.sessions()).containsExactly("first");
  }

  @Test
  void a_reader_that_comes_back_is_told_what_it_missed() {
    started();
    Reader before = watch("viewer", "/api/v1/live", "");
    write("seen", "acme");
    until(() -> before.told.size() == 4);
    String mark = before.lastId;
    before.close();
    write("missed", "acme");
    around.awaitLog(27);

    Reader after = watch("viewer", "/api/v1/live", mark);

    until(() -> after.told.size() == 4);
    assertThat(after.sessions()).containsExactly("missed");
    assertThat(after.kinds).doesNotContain("missed");
  }

  @Test
  void a_reader_whose_mark_is_unknown_is_told_that_it_missed_something() {
    started();

    Reader reader = watch("viewer", "/api/v1/live", "who-knows");

    until(() -> reader.kinds.contains("missed"));
  }

  @Test
  void one_token_has_twenty_streams_at_most() {
    started();
    for (int i = 0; i < 20; i++) {
      watch("viewer", "/api/v1/live", "");
    }

    HttpResponse<InputStream> oneMore = api.stream("viewer", "/api/v1/live", Map.of());

    assertThat(oneMore.statusCode()).isEqualTo(429);
  }
}
