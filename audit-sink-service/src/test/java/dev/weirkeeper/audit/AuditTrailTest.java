package dev.weirkeeper.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.audit.chain.AuditReport;
import dev.weirkeeper.audit.chain.Finding;
import dev.weirkeeper.operations.config.Given;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SinkTest
final class AuditTrailTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Surroundings around;
  private AuditSinkService sink;
  private AuditSinkConfig config;
  private long records;

  @BeforeEach
  void store_some_sessions_and_wait_for_their_roots() {
    around = new Surroundings(2);
    List<Entry> entries = new SampleLog(around.topics(), 1, 4, 30).sessions(0, 12);
    around.write(entries);
    records = entries.size();
    Map<String, String> settings = around.settings();
    settings.put("audit.root-interval", "1s");
    config = AuditSinkConfig.from(Given.of(settings));
    sink = around.sink(settings);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> around.number("SELECT coalesce(sum(records), 0) FROM audit_root") >= records);
  }

  @AfterEach
  void leave() {
    around.close();
  }

  @Test
  void a_store_that_was_not_touched_is_clean() throws SQLException {
    AuditReport report = verify();

    assertThat(report.findings()).isEmpty();
    assertThat(report.sessions()).isEqualTo(12);
    assertThat(report.covered()).isEqualTo(records);
    assertThat(report.inputs()).isZero();
    assertThat(verifyTables()).isEmpty();
  }

  @Test
  void S11_a_value_changed_by_hand_is_found_and_named() throws SQLException {
    around.execute(
        """
        UPDATE log SET value = set_byte(value, 20, get_byte(value, 20) # 1)
        WHERE type = 'SessionEvent' AND partition = 0
          AND record_offset = (SELECT min(record_offset) + 7 FROM log WHERE type = 'SessionEvent' AND partition = 0)
        """);

    assertThat(verify().first())
        .get()
        .extracting(Finding::kind, f -> f.place().offset())
        .containsExactly(Finding.Kind.CHANGED, 7L);
  }

  @Test
  void S11_a_value_changed_together_with_its_digest_does_not_have_the_published_root()
      throws SQLException {
    around.execute("UPDATE log SET digest = sha256(digest) WHERE type = 'TaskResult'");
    around.execute("UPDATE log SET withheld = '{redacted}' WHERE type = 'TaskResult'");

    assertThat(verify().findings())
        .extracting(Finding::kind)
        .containsOnly(Finding.Kind.ROOT)
        .hasSize(2);
  }

  @Test
  void S11_a_digest_changed_before_its_root_was_published_is_found() throws SQLException {
    sink.close();
    Map<String, String> settings = around.settings();
    settings.put("audit.root-interval", "5s");
    sink = around.sink(settings);
    List<Entry> more = new SampleLog(around.topics(), 2, 4, 30).sessions(100, 6);
    around.write(more);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                around.number("SELECT count(*) FROM log WHERE type <> 'AuditRoot'")
                    == records + more.size());

    around.execute(
        "UPDATE log SET digest = sha256(digest), withheld = '{redacted}'"
            + " WHERE type = 'TaskResult' AND session_id = 's100'");
    settle();

    assertThat(verify().findings()).extracting(Finding::kind).contains(Finding.Kind.ROOT);
  }

  @Test
  void S11_a_removed_row_is_missed() throws SQLException {
    around.execute("DELETE FROM log WHERE type = 'SessionEvent' AND payload->>'sequence' = '4'");

    assertThat(verify().findings())
        .extracting(Finding::kind)
        .contains(Finding.Kind.GAP, Finding.Kind.ROOT);
  }

  @Test
  void S11_readable_columns_changed_by_hand_are_found_table_by_table() throws SQLException {
    for (String change :
        List.of(
            "UPDATE log SET payload = jsonb_set(payload, '{text}', '\"other\"') WHERE type ="
                + " 'Task'",
            "UPDATE session_event SET reason = 'other' WHERE sequence = 3",
            "UPDATE ledger_entry SET amount_nano_usd = amount_nano_usd + 1 WHERE kind = 'settled'"
                + " AND line = 0",
            "UPDATE tool_call SET arguments = '{}'",
            "UPDATE model_call SET output = output + 1",
            "DELETE FROM task WHERE session_id = 's3'",
            "UPDATE cost_hour SET settled_nano_usd = settled_nano_usd - 1")) {
      around.execute(change);
    }

    assertThat(verifyTables())
        .extracting(Finding::what)
        .satisfiesExactly(
            what -> assertThat(what).startsWith("table log:"),
            what -> assertThat(what).startsWith("table session_event:"),
            what -> assertThat(what).startsWith("table ledger_entry:"),
            what -> assertThat(what).startsWith("table task:"),
            what -> assertThat(what).startsWith("table model_call:"),
            what -> assertThat(what).startsWith("table tool_call:"),
            what -> assertThat(what).startsWith("table cost_hour:"));
  }

  @Test
  void the_topics_themselves_are_clean() {
    AuditReport report = AuditTrail.verifyTopics(config.kafka(), count -> {});

    assertThat(report.findings()).isEmpty();
    assertThat(report.sessions()).isEqualTo(12);
    assertThat(report.covered()).isEqualTo(records);
  }

  @Test
  void A2_a_store_that_is_emptied_and_built_anew_has_equal_digests() throws SQLException {
    long rows = around.number("SELECT count(*) FROM log WHERE type <> 'AuditRoot'");
    around.write(around.topics().controls().name(), "s", new byte[] {1, 2, 3});
    around.awaitLog(rows + 2);
    settle();
    Map<String, String> before = AuditTrail.digests(sink.database());

    AuditTrail.rebuild(sink.database());
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(AuditTrail.digests(sink.database())).isEqualTo(before));
    settle();

    assertThat(AuditTrail.digests(sink.database())).isEqualTo(before);
  }

  @Test
  void A2_a_second_store_built_from_the_same_topics_has_equal_digests() throws SQLException {
    settle();
    sink.close();
    Map<String, String> first;
    try (var database = dev.weirkeeper.audit.store.Database.open(config.postgres())) {
      first = AuditTrail.digests(database);
    }
    Map<String, String> settings = around.settings();
    settings.put("audit.postgres.schema", around.settings().get("audit.postgres.schema") + "_two");
    settings.put("audit.root-interval", "1d");
    settings.put("audit.members", "1");
    settings.put("audit.batch-records", "37");
    AuditSinkService second = around.sink(settings);

    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(AuditTrail.digests(second.database())).isEqualTo(first));
  }

  /** Waits until every record lies under a root and every root is stored. */
  private void settle() {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                around.number("SELECT sum(records) FROM audit_root")
                    == around.number("SELECT count(*) FROM log WHERE type <> 'AuditRoot'"));
  }

  private AuditReport verify() throws SQLException {
    return AuditTrail.verifyStore(sink.database(), config.kafka(), count -> {});
  }

  private List<Finding> verifyTables() throws SQLException {
    return AuditTrail.verifyTables(config.postgres(), config.kafka(), count -> {});
  }
}
