package dev.weirkeeper.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.local.postgres.LocalPostgres;
import dev.weirkeeper.wire.BudgetLeft;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.Phase;
import dev.weirkeeper.wire.SessionEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SinkTest
final class IngestFaultsTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Surroundings around;

  @BeforeEach
  void surround() {
    around = new Surroundings(2);
  }

  @AfterEach
  void leave() {
    around.close();
  }

  @Test
  void F9_a_record_that_cannot_be_read_becomes_a_dead_letter_and_its_partition_goes_on() {
    String topic = around.topics().controls().name();
    around.write(List.of(control("good-1")));
    byte[] good = around.record(control("x")).value();
    byte[] cut = java.util.Arrays.copyOf(good, good.length - 3);
    List<byte[]> bad =
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            "{\"json\":true}".getBytes(UTF_8),
            new byte[] {0, 0, 0, 77, 77, 1, 1},
            cut,
            new byte[10_000_000],
            around.record(new SampleLog(around.topics(), 1, 1, 1).session("z").getFirst()).value());
    bad.forEach(bytes -> around.write(topic, "s1", bytes));
    around.write(
        List.of(control("n".repeat(501)), control("a\0b"), control("good-2"), control("good-3")));

    around.sink();

    long dead = bad.size() + 2L;
    around.awaitLog(3 + dead + dead);
    assertThat(around.number("SELECT count(*) FROM log WHERE type = 'Control'")).isEqualTo(3);
    assertThat(around.number("SELECT count(*) FROM log WHERE type = 'Unreadable'")).isEqualTo(dead);
    assertThat(
            around.number(
                "SELECT count(*) FROM dead_letter WHERE reason IS NOT NULL AND reported_by ="
                    + " 'audit-sink' AND origin_topic = '"
                    + topic
                    + "'"))
        .isEqualTo(dead);
    assertThat(around.rows("SELECT reason FROM dead_letter").toString())
        .contains("501 characters", "NUL", "Task, the topic holds Control", "10000000 bytes");
  }

  @Test
  void a_record_that_the_store_refuses_is_found_among_good_ones_and_given_up() {
    List<Entry> entries = new ArrayList<>(new SampleLog(around.topics(), 1, 3, 10).sessions(0, 20));
    entries.add(entries.size() / 2, sumsTooHigh());
    around.write(entries);

    around.sink();

    around.awaitLog(entries.size() + 1);
    assertThat(around.rows("SELECT reason FROM dead_letter"))
        .hasSize(1)
        .first()
        .asString()
        .contains("could not be stored");
    assertThat(around.number("SELECT count(*) FROM task WHERE status = 'complete'")).isEqualTo(20);
  }

  @Test
  void an_event_or_a_result_that_comes_twice_counts_once() {
    List<Entry> entries = new SampleLog(around.topics(), 2, 3, 10).session("s1");
    around.write(entries);
    around.write(entries);

    around.sink();

    around.awaitLog(2L * entries.size());
    assertThat(around.rows("SELECT * FROM ledger_unbalanced")).isEmpty();
    assertThat(around.number("SELECT count(*) FROM session_event"))
        .isEqualTo(entries.stream().filter(e -> e.value() instanceof SessionEvent).count());
    assertThat(around.number("SELECT settled_nano_usd FROM session"))
        .isEqualTo(around.number("SELECT sum(cost_nano_usd) FROM model_call"));
    assertThat(around.number("SELECT results FROM task")).isEqualTo(2);
  }

  @Test
  void what_a_transaction_aborted_is_not_in_the_log() {
    Producer<byte[], byte[]> producer =
        around.producer(Map.of("transactional.id", around.registry()));
    producer.initTransactions();
    producer.beginTransaction();
    var _ = producer.send(around.record(control("aborted")));
    producer.abortTransaction();
    producer.beginTransaction();
    var _ = producer.send(around.record(control("committed")));
    producer.commitTransaction();

    around.sink();

    around.awaitLog(1);
    assertThat(around.value("SELECT session_id FROM log")).isEqualTo("committed");
  }

  @Test
  void several_sinks_that_come_and_go_lose_and_double_nothing() {
    SampleLog sample = new SampleLog(around.topics(), 3, 4, 20);
    Map<String, String> small = around.settings();
    small.put("audit.batch-records", "50");
    long written = 0;
    List<AuditSinkService> sinks = new ArrayList<>();
    for (int round = 0; round < 6; round++) {
      List<Entry> entries = sample.sessions(round * 20, 20);
      around.write(entries);
      written += entries.size();
      sinks.add(around.sink(small));
      if (round % 2 == 1) {
        sinks.removeFirst().close();
      }
    }

    around.awaitLog(written);
    assertThat(around.rows("SELECT * FROM ledger_unbalanced")).isEmpty();
    assertThat(around.number("SELECT count(*) FROM task WHERE results = 1")).isEqualTo(120);
  }

  @Test
  void an_owner_whose_partition_was_claimed_by_another_writes_nothing_more() {
    Map<String, String> small = around.settings();
    small.put("audit.batch-records", "20");
    around.sink(small);
    SampleLog sample = new SampleLog(around.topics(), 4, 4, 20);
    long written = 0;
    for (int round = 0; round < 10; round++) {
      List<Entry> entries = sample.sessions(round * 5, 5);
      around.write(entries);
      written += entries.size();
      around.awaitLog(written);
      around.execute("UPDATE sink_offset SET epoch = epoch + 1, owner = 'somebody else'");
    }

    around.awaitLog(written);
    assertThat(around.rows("SELECT * FROM ledger_unbalanced")).isEmpty();
  }

  @Test
  void F15_postgresql_restarted_under_load_leaves_every_row_exactly_once(@TempDir Path home) {
    LocalPostgres postgres = LocalPostgres.start(home, 0);
    int port = postgres.port();
    try (Surroundings own = new Surroundings(2, postgres.jdbcUrl())) {
      Map<String, String> small = own.settings();
      small.put("audit.batch-records", "100");
      AuditSinkService sink = own.sink(small);
      SampleLog sample = new SampleLog(own.topics(), 5, 4, 20);
      long written = 0;
      for (int round = 0; round < restarts(); round++) {
        List<Entry> entries = sample.sessions(round * 20, 20);
        own.write(entries);
        written += entries.size();
        long least = written / 2;
        await()
            .atMost(LIMIT)
            .ignoreExceptions()
            .until(() -> own.number("SELECT count(*) FROM log") >= least);
        postgres.close();
        await().atMost(LIMIT).until(() -> sink.ready().stream().anyMatch(IngestFaultsTest::waits));
        postgres = LocalPostgres.start(home, port);
      }
      own.awaitLog(written);
      assertThat(own.rows("SELECT * FROM ledger_unbalanced")).isEmpty();
      assertThat(own.number("SELECT count(*) FROM task WHERE results = 1"))
          .isEqualTo(20L * restarts());
      assertThat(sink.live()).noneMatch(IngestFaultsTest::waits);
    } finally {
      postgres.close();
    }
  }

  private static int restarts() {
    return Integer.getInteger("weirkeeper.restarts", 3);
  }

  private static boolean waits(dev.weirkeeper.operations.health.Check check) {
    return check.waitingFor().isPresent();
  }

  @Test
  void F15_a_sink_that_starts_before_postgresql_waits_for_it_and_says_so() {
    Map<String, String> settings = around.settings();
    settings.put("audit.postgres.url", "jdbc:postgresql://127.0.0.1:1/nowhere?user=nobody");

    AuditSinkService sink = around.sink(settings);

    await()
        .atMost(LIMIT)
        .until(
            () ->
                sink.ready().stream()
                    .flatMap(check -> check.waitingFor().stream())
                    .anyMatch(text -> text.startsWith("PostgreSQL: ")));
    assertThat(sink.live()).noneMatch(IngestFaultsTest::waits);
  }

  @Test
  void F16_a_sink_without_the_schema_registry_waits_and_gives_no_record_up() {
    around.write(List.of(control("s1")));
    Map<String, String> settings = around.settings();
    settings.put("schema.registry.url", "http://127.0.0.1:1");
    settings.put("kafka.max.retries", "0");

    AuditSinkService sink = around.sink(settings);

    await()
        .atMost(LIMIT)
        .until(
            () ->
                sink.ready().stream()
                    .flatMap(check -> check.waitingFor().stream())
                    .anyMatch(text -> text.startsWith("schema registry: ")));
    assertThat(around.number("SELECT count(*) FROM dead_letter")).isZero();
  }

  @Test
  void a_tool_pool_that_comes_later_is_read_too() throws Exception {
    around.sink();
    around.write(List.of(control("s1")));
    around.awaitLog(1);

    try (Admin admin = admin()) {
      admin
          .createTopics(
              List.of(new NewTopic(around.topics().toolCalls("gpu").name(), 2, (short) 1)))
          .all()
          .get();
    }
    List<Entry> calls =
        new SampleLog(around.topics(), 6, 2, 1)
            .session("s2").stream()
                .filter(e -> e.topic().contains("tool-calls"))
                .map(e -> new Entry(around.topics().toolCalls("gpu").name(), e.key(), e.value()))
                .toList();
    around.write(calls);

    around.awaitLog(1 + calls.size());
  }

  @Test
  void records_deleted_before_they_were_read_are_named_as_a_gap() throws Exception {
    List<Entry> controls = Collections.nCopies(4, control("s1"));
    around.write(controls);
    TopicPartition partition = null;
    try (Admin admin = admin()) {
      for (int p = 0; p < 2; p++) {
        TopicPartition candidate = new TopicPartition(around.topics().controls().name(), p);
        try {
          admin.deleteRecords(Map.of(candidate, RecordsToDelete.beforeOffset(3))).all().get();
          partition = candidate;
        } catch (ExecutionException e) {
          assertThat(e).hasMessageContaining("OffsetOutOfRange");
        }
      }
    }

    around.sink();

    around.awaitLog(1);
    assertThat(partition).isNotNull();
    assertThat(around.rows("SELECT from_offset, to_offset FROM ingest_gap"))
        .containsExactly(List.of("0", "3"));
  }

  @Test
  void a_topic_that_is_deleted_and_made_again_is_another_topic() throws Exception {
    around.sink();
    around.write(Collections.nCopies(3, control("s1")));
    around.awaitLog(3);
    String name = around.topics().controls().name();
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(name)).all().get();
      await().atMost(LIMIT).until(() -> !admin.listTopics().names().get().contains(name));
      admin.createTopics(List.of(new NewTopic(name, 2, (short) 1))).all().get();
    }
    around.write(Collections.nCopies(2, control("s1")));

    around.awaitLog(5);
    assertThat(around.number("SELECT count(*) FROM topic WHERE name = '" + name + "'"))
        .isEqualTo(2);
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", around.bootstrapServers()));
  }

  private Entry control(String session) {
    return new Entry(
        around.topics().controls().name(),
        session,
        Control.newBuilder()
            .setControlId("c")
            .setSessionId(session)
            .setKind(ControlKind.CANCEL)
            .setRequestedAt(Instant.EPOCH)
            .build());
  }

  /** An event whose lines are each small enough, but not together. */
  private Entry sumsTooHigh() {
    LedgerLine line =
        new LedgerLine(LedgerKind.RESERVED, "evil/1/m1", 1_000_000_000_000_000L, "m", "p");
    return new Entry(
        around.topics().events().name(),
        "evil",
        SessionEvent.newBuilder()
            .setSessionId("evil")
            .setSequence(1)
            .setType("T")
            .setPhase(Phase.PLAN)
            .setState("S")
            .setLedger(Collections.nCopies(10_000, line))
            .setLeft(new BudgetLeft(null, null, null, null))
            .setAt(Instant.EPOCH)
            .build());
  }
}
