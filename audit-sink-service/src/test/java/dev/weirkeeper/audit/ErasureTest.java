package dev.weirkeeper.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.audit.seal.ContentColumns;
import dev.weirkeeper.audit.seal.ContentKey;
import dev.weirkeeper.audit.seal.Seal;
import dev.weirkeeper.audit.store.StoreDigest;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.wire.Erasure;
import dev.weirkeeper.wire.Task;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SinkTest
final class ErasureTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SECRET_OF_HERS = "look into case";

  private Surroundings around;
  private AuditSinkConfig config;

  @BeforeEach
  void surround() {
    around = new Surroundings(2);
    Map<String, String> settings = around.settings();
    settings.put("audit.root-interval", "1s");
    config = AuditSinkConfig.from(Given.of(settings));
  }

  @AfterEach
  void leave() {
    around.close();
  }

  @Test
  void content_of_a_session_that_names_a_person_is_stored_under_a_key() throws SQLException {
    List<Entry> entries = sessions();
    around.write(entries);
    AuditSinkService sink = sink();
    around.awaitLog(entries.size());

    assertThat(dump("s0")).doesNotContain(SECRET_OF_HERS).doesNotContain("case ");
    assertThat(dump("s1")).contains(SECRET_OF_HERS);
    assertThat(
            around.number("SELECT count(*) FROM task WHERE search @@ to_tsquery('simple', 'look')"))
        .isEqualTo(1);
    ContentKey key = key("s0");
    assertThat(
            Seal.opened(
                key,
                ContentColumns.place("task", "text", "s0/t1"),
                String.valueOf(around.value("SELECT text FROM task WHERE session_id = 's0'"))))
        .hasValueSatisfying(text -> assertThat(text).startsWith(SECRET_OF_HERS));
    settle();
    assertThat(AuditTrail.verifyStore(sink.database(), config.kafka(), count -> {}).findings())
        .isEmpty();
    assertThat(AuditTrail.verifyTables(config.postgres(), config.kafka(), count -> {})).isEmpty();
  }

  @Test
  void A7_an_erased_person_s_content_is_gone_and_every_proof_still_holds() throws SQLException {
    List<Entry> entries = sessions();
    around.write(entries);
    AuditSinkService sink = sink();
    around.awaitLog(entries.size());
    settle();

    around.write(List.of(erasure("mara", Instant.now().plusSeconds(60))));
    around.awaitLog(entries.size() + 1);
    settle();

    assertThat(around.number("SELECT count(*) FROM content_key")).isEqualTo(1);
    assertThat(around.value("SELECT session_id FROM content_key")).isEqualTo("s3");
    assertThat(
            around.number(
                "SELECT count(*) FROM log WHERE session_id = 's0'"
                    + " AND (value IS NOT NULL OR payload IS NOT NULL OR withheld <> '{erased}')"))
        .isZero();
    assertThat(
            around.rows(
                "SELECT text, result, settled_nano_usd > 0 FROM task WHERE session_id = 's0'"))
        .containsExactly(java.util.Arrays.asList(null, null, "t"));
    assertThat(dump("s0")).doesNotContain("sealed:");
    assertThat(dump("s1")).contains(SECRET_OF_HERS);
    assertThat(AuditTrail.verifyStore(sink.database(), config.kafka(), count -> {}).findings())
        .isEmpty();
    assertThat(AuditTrail.verifyTables(config.postgres(), config.kafka(), count -> {})).isEmpty();
  }

  @Test
  void a_store_built_anew_is_equal_and_does_not_bring_erased_content_back() throws SQLException {
    List<Entry> entries = sessions();
    around.write(entries);
    AuditSinkService sink = sink();
    around.awaitLog(entries.size());
    around.write(List.of(erasure("mara", Instant.now().plusSeconds(60))));
    around.awaitLog(entries.size() + 1);
    settle();
    Map<String, String> before = AuditTrail.digests(sink.database());

    AuditTrail.rebuild(sink.database());
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(AuditTrail.digests(sink.database())).isEqualTo(before));

    assertThat(around.value("SELECT text FROM task WHERE session_id = 's0'")).isNull();
  }

  @Test
  void it_makes_no_difference_when_it_becomes_known_that_a_session_names_a_person()
      throws SQLException {
    List<Entry> entries = sessions();
    List<Entry> tasks = entries.stream().filter(e -> e.value() instanceof Task).toList();
    List<Entry> others = entries.stream().filter(e -> !(e.value() instanceof Task)).toList();
    AuditSinkService sink = sink();
    around.write(others);
    around.awaitLog(others.size());
    assertThat(dump("s0")).contains("case ");

    around.write(tasks);
    around.awaitLog(entries.size());
    settle();

    assertThat(dump("s0")).doesNotContain("case ");
    assertThat(AuditTrail.verifyStore(sink.database(), config.kafka(), count -> {}).findings())
        .isEmpty();
    Map<String, String> late = AuditTrail.digests(sink.database());
    AuditTrail.rebuild(sink.database());
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(AuditTrail.digests(sink.database())).isEqualTo(late));
  }

  @Test
  void an_erasure_that_is_read_before_the_session_reaches_it_all_the_same() {
    List<Entry> entries = sessions();
    around.write(List.of(erasure("mara", Instant.now().plusSeconds(60))));
    sink();
    around.awaitLog(1);

    around.write(entries);
    around.awaitLog(entries.size() + 1);

    assertThat(around.value("SELECT text FROM task WHERE session_id = 's0'")).isNull();
    assertThat(around.value("SELECT text FROM task WHERE session_id = 's1'"))
        .startsWith(SECRET_OF_HERS);
    assertThat(around.number("SELECT count(*) FROM content_key WHERE session_id = 's0'")).isZero();
  }

  @Test
  void a_session_that_first_names_the_person_after_the_erasure_is_kept() {
    around.write(List.of(erasure("mara", Instant.EPOCH.plusSeconds(60))));
    List<Entry> entries = sessions();
    around.write(entries);
    sink();
    around.awaitLog(entries.size() + 1);

    assertThat(around.value("SELECT text FROM task WHERE session_id = 's0'")).startsWith("sealed:");
  }

  /** Four sessions: s0 and s2 are about Mara, s3 about somebody else, s1 about nobody. */
  private List<Entry> sessions() {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : new SampleLog(around.topics(), 11, 3, 30).sessions(0, 4)) {
      String subject =
          switch (entry.key()) {
            case "s0", "s2" -> "mara";
            case "s3" -> "ole";
            default -> null;
          };
      entries.add(
          entry.value() instanceof Task task
              ? new Entry(
                  entry.topic(), entry.key(), Task.newBuilder(task).setSubject(subject).build())
              : entry);
    }
    return entries;
  }

  private Entry erasure(String subject, Instant at) {
    return new Entry(
        around.topics().erasures().name(),
        subject,
        Erasure.newBuilder()
            .setSubject(subject)
            .setErasureId("e1")
            .setRequestedBy("an officer")
            .setReason("asked to")
            .setAt(at)
            .build());
  }

  private AuditSinkService sink() {
    Map<String, String> settings = around.settings();
    settings.put("audit.root-interval", "1s");
    return around.sink(settings);
  }

  private ContentKey key(String session) {
    String hex =
        around.value(
            "SELECT encode(key, 'hex') FROM content_key WHERE session_id = '" + session + "'");
    return new ContentKey(java.util.HexFormat.of().parseHex(String.valueOf(hex)));
  }

  /** Everything the tables say of a session, as text; bytes as the text in them. */
  private String dump(String session) {
    StringBuilder all = new StringBuilder();
    for (String table : StoreDigest.TABLES) {
      long named =
          around.number(
              "SELECT count(*) FROM information_schema.columns WHERE table_schema ="
                  + " current_schema() AND column_name = 'session_id' AND table_name = '"
                  + table
                  + "'");
      if (named > 0) {
        all.append(
            around.rows(
                "SELECT x::text FROM " + table + " x WHERE session_id = '" + session + "'"));
      }
    }
    around
        .rows("SELECT encode(value, 'escape') FROM log WHERE session_id = '" + session + "'")
        .forEach(all::append);
    return all.toString();
  }

  private void settle() {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                around.number("SELECT sum(records) FROM audit_root")
                    == around.number("SELECT count(*) FROM log WHERE type <> 'AuditRoot'"));
  }
}
