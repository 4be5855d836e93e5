package dev.weirkeeper.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.audit.SampleLog.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SinkTest
final class IngestTest {

  private Surroundings around;

  @BeforeEach
  void surround() {
    around = new Surroundings(3);
  }

  @AfterEach
  void leave() {
    around.close();
  }

  @Test
  void every_record_becomes_one_row_of_the_log_with_its_position() {
    List<Entry> entries = new SampleLog(around.topics(), 1, 4, 40).sessions(0, 20);
    around.write(entries);

    around.sink();

    around.awaitLog(entries.size());
    assertThat(
            around.number(
                "SELECT count(*) FROM (SELECT DISTINCT topic_id, partition, record_offset FROM log) s"))
        .isEqualTo(entries.size());
    assertThat(around.rows("SELECT type, count(*) FROM log GROUP BY 1 ORDER BY 1"))
        .isEqualTo(
            entries.stream()
                .collect(
                    java.util.stream.Collectors.groupingBy(
                        e -> e.value().getSchema().getName(),
                        java.util.TreeMap::new,
                        java.util.stream.Collectors.counting()))
                .entrySet()
                .stream()
                .map(e -> List.of(e.getKey(), e.getValue().toString()))
                .toList());
  }

  @Test
  void rows_of_a_few_kilobytes_are_stored_as_they_are_and_left_alone_by_vacuums() {
    List<Entry> entries = new SampleLog(around.topics(), 5, 2, 3_000).sessions(0, 10);
    around.write(entries);

    around.sink();

    around.awaitLog(entries.size());
    assertThat(around.number("SELECT max(length(payload::text)) FROM log"))
        .isBetween(3_000L, 7_000L);
    String days =
        " FROM pg_partition_tree('log') JOIN pg_class c ON c.oid = relid"
            + " WHERE isleaf AND relname ~ '[0-9]{8}$'";
    assertThat(around.number("SELECT count(*)" + days)).isPositive();
    assertThat(
            around.number(
                "SELECT count(*) FROM log WHERE pg_column_compression(payload) IS NOT NULL"))
        .isZero();
    assertThat(around.number("SELECT sum(pg_relation_size(reltoastrelid))" + days)).isZero();
    assertThat(around.rows("SELECT DISTINCT reloptions::text" + days))
        .first()
        .asString()
        .contains("autovacuum_vacuum_insert_threshold=-1", "autovacuum_analyze_scale_factor=0.5");
  }

  @Test
  void tables_that_grow_are_vacuumed_seldom_and_sampled_little() {
    List<Entry> entries = new SampleLog(around.topics(), 1, 1, 10).sessions(0, 1);
    around.write(entries);

    around.sink();

    around.awaitLog(entries.size());
    String columns = " FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid ";
    String leaves = "IN (SELECT relid FROM pg_partition_tree('%s') WHERE isleaf)";
    for (String table : List.of("session", "task", "model_call", "tool_call")) {
      assertThat(
              around.rows(
                  "SELECT DISTINCT attstattarget" + columns + "= '" + table + "'::regclass"))
          .as(table)
          .isEqualTo(List.of(List.of("10")));
      assertThat(
              around.rows(
                  "SELECT reloptions::text FROM pg_class WHERE oid = '" + table + "'::regclass"))
          .first()
          .asString()
          .contains(
              "autovacuum_analyze_scale_factor=0.5",
              "autovacuum_vacuum_scale_factor=0.5",
              "autovacuum_vacuum_insert_scale_factor=0.5");
    }
    for (String table : List.of("log", "session_event", "ledger_entry")) {
      assertThat(
              around.number(
                  "SELECT max(coalesce(attstattarget, 100))" + columns + leaves.formatted(table)))
          .as(table)
          .isEqualTo(10);
    }
    assertThat(
            around.rows(
                "SELECT DISTINCT attname"
                    + columns
                    + leaves.formatted("log")
                    + " AND attstattarget = 0 ORDER BY 1"))
        .isEqualTo(
            List.of(
                List.of("digest"),
                List.of("headers"),
                List.of("payload"),
                List.of("value"),
                List.of("withheld")));
  }

  @Test
  void a_sink_is_ready_once_it_has_caught_up() {
    around.write(new SampleLog(around.topics(), 2, 2, 40).sessions(0, 3));

    AuditSinkService sink = around.sink();

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> sink.ready().stream().allMatch(c -> c.waitingFor().isEmpty()));
    assertThat(sink.live()).allMatch(check -> check.waitingFor().isEmpty());
  }

  @Test
  void the_ledger_adds_up_for_every_call_and_over_every_grouping() {
    List<Entry> entries = new SampleLog(around.topics(), 3, 5, 40).sessions(0, 40);
    around.write(entries);

    around.sink();

    around.awaitLog(entries.size());
    assertThat(around.rows("SELECT * FROM ledger_unbalanced")).isEmpty();
    assertThat(around.rows("SELECT * FROM ledger_open")).isEmpty();
    assertThat(around.number("SELECT count(*) FROM ledger_unsettled")).isPositive();
    assertThat(around.number("SELECT sum(posted_nano_usd) FROM ledger_posting")).isZero();
    long settled =
        around.number("SELECT sum(amount_nano_usd) FROM ledger_entry WHERE kind = 'settled'");
    assertThat(settled).isPositive();
    for (String view :
        List.of("session", "task", "agent_version", "model", "tenant", "day", "tool")) {
      assertThat(around.number("SELECT sum(settled_nano_usd) FROM cost_by_" + view))
          .as(view)
          .isEqualTo(settled);
    }
  }

  @Test
  void the_order_in_which_topics_are_read_makes_no_difference() {
    List<Entry> entries = new SampleLog(around.topics(), 4, 4, 40).sessions(0, 25);
    around.write(entries);
    around.sink();
    around.awaitLog(entries.size());

    try (Surroundings other = new Surroundings(1)) {
      other.sink();
      List<Entry> shuffled = interleaved(entries, around, other);
      for (int i = 0; i < shuffled.size(); i += 100) {
        other.write(shuffled.subList(i, Math.min(i + 100, shuffled.size())));
      }
      other.awaitLog(entries.size());

      for (String table :
          List.of("session", "task", "model_call", "tool_call", "cost_hour", "cost_tool_hour")) {
        assertThat(content(other, table)).as(table).isEqualTo(content(around, table));
      }
    }
  }

  /** The same records in another order that keeps each topic's own. */
  private static List<Entry> interleaved(List<Entry> entries, Surroundings from, Surroundings to) {
    List<List<Entry>> queues = new ArrayList<>();
    entries.stream()
        .collect(java.util.stream.Collectors.groupingBy(Entry::topic))
        .values()
        .forEach(queue -> queues.add(new ArrayList<>(queue)));
    queues.sort(java.util.Comparator.comparing(queue -> queue.getFirst().topic()));
    String before = from.topics().tasks().name().replace("tasks", "");
    String after = to.topics().tasks().name().replace("tasks", "");
    Random random = new Random(7);
    List<Entry> mixed = new ArrayList<>();
    while (!queues.isEmpty()) {
      List<Entry> queue = queues.get(random.nextInt(queues.size()));
      Entry entry = queue.removeFirst();
      mixed.add(new Entry(entry.topic().replace(before, after), entry.key(), entry.value()));
      if (queue.isEmpty()) {
        queues.remove(queue);
      }
    }
    return mixed;
  }

  /** Rows without what must differ: positions and the times at which records were written. */
  private static List<?> content(Surroundings around, String table) {
    String columns =
        around.value(
            """
            SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = '%s'
              AND column_name NOT LIKE '%%_offset' AND column_name NOT LIKE '%%topic_id'
              AND column_name NOT LIKE '%%partition'
              AND column_name NOT IN ('first_at', 'last_at', 'asked_at')
            """
                .formatted(table));
    return around.rows("SELECT " + columns + " FROM " + table + " ORDER BY 1, 2, 3, 4, 5, 6");
  }

  @Test
  void a_second_sink_goes_on_where_the_first_stopped() {
    SampleLog sample = new SampleLog(around.topics(), 5, 3, 40);
    List<Entry> before = sample.sessions(0, 10);
    around.write(before);
    AuditSinkService first = around.sink();
    around.awaitLog(before.size());
    first.close();
    List<Entry> after = sample.sessions(10, 10);
    around.write(after);

    around.sink();

    around.awaitLog(before.size() + after.size());
    assertThat(around.number("SELECT count(*) FROM session")).isEqualTo(20);
  }
}
