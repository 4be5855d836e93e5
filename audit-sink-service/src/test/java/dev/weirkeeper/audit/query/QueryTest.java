package dev.weirkeeper.audit.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.audit.SampleLog;
import dev.weirkeeper.audit.Scene;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.query.Ledger.Bucket;
import dev.weirkeeper.audit.query.Ledger.Dimension;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers against what plain SQL says of the same store. */
@SinkTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueryTest {

  private static final int SESSIONS = 60;
  private static final Tenants TWO = Tenants.of(List.of("tenant-0", "tenant-2"));

  private final Surroundings around = new Surroundings(2);
  private final Database database =
      Database.reading(
          PostgresConfig.from(
              Settings.read(
                  PostgresConfig.CATALOGUE,
                  Given.of(
                      around.settings().entrySet().stream()
                          .filter(e -> e.getKey().startsWith("audit.postgres."))
                          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))))),
          Duration.ofSeconds(10));
  private final Store store = new Store(database);

  @BeforeAll
  void a_store() {
    List<SampleLog.Entry> entries =
        new ArrayList<>(new SampleLog(around.topics(), 21, 4, 40).sessions(0, SESSIONS));
    entries.addAll(
        new Scene(around.topics(), Instant.now(), text -> text)
            .waiting("w", "tenant-0", Map.of("origin", "desk")));
    entries.addAll(
        new Scene(around.topics(), Instant.now(), text -> text)
            .waiting("p", "tenant-1", Map.of(Sessions.SUBMITTED_BY, "jonas"), "a person"));
    around.write(entries);
    around.sink();
    around.awaitLog(entries.size());
  }

  @AfterAll
  void done() {
    database.close();
    around.close();
  }

  private static Sessions.Filter filter(Optional<String> status, Optional<String> words) {
    return new Sessions.Filter(
        status,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        words);
  }

  private static <T> List<T> all(Function<@Nullable String, Page<T>> pages) {
    List<T> all = new ArrayList<>();
    String cursor = null;
    do {
      Page<T> page = pages.apply(cursor);
      all.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 500})
  void pages_of_any_size_bring_every_session_once_and_in_order(int limit) {
    Sessions sessions = new Sessions(store);

    List<String> ids =
        all(
                cursor ->
                    sessions.list(
                        filter(Optional.empty(), Optional.empty()), Tenants.ALL, limit, cursor))
            .stream()
            .map(Sessions.Session::sessionId)
            .toList();

    assertThat(ids)
        .isEqualTo(
            around
                .rows("SELECT session_id FROM session ORDER BY last_at DESC, session_id DESC")
                .stream()
                .map(List::getFirst)
                .toList())
        .hasSize(SESSIONS + 2);
  }

  @Test
  void sessions_are_found_by_status_words_and_id() {
    Sessions sessions = new Sessions(store);

    Function<Sessions.Filter, List<String>> found =
        asked ->
            sessions.list(asked, Tenants.ALL, 500, null).items().stream()
                .map(Sessions.Session::sessionId)
                .toList();

    assertThat(found.apply(filter(Optional.of("waiting"), Optional.empty())))
        .containsExactlyInAnyOrder("w", "p");
    assertThat(found.apply(filter(Optional.of("complete"), Optional.empty()))).hasSize(SESSIONS);
    assertThat(found.apply(filter(Optional.of("failed"), Optional.empty()))).isEmpty();
    assertThat(found.apply(filter(Optional.empty(), Optional.of("delete old"))))
        .containsExactly("w");
    assertThat(found.apply(filter(Optional.empty(), Optional.of("\"look into case\""))))
        .hasSize(SESSIONS);
    assertThat(found.apply(filter(Optional.empty(), Optional.of("s7")))).containsExactly("s7");
    assertThat(found.apply(filter(Optional.empty(), Optional.of("' OR 1=1 --")))).isEmpty();
  }

  @Test
  void tenants_see_their_own_sessions_only() {
    Sessions sessions = new Sessions(store);

    List<Sessions.Session> seen =
        sessions.list(filter(Optional.empty(), Optional.empty()), TWO, 500, null).items();

    assertThat(seen).isNotEmpty().allMatch(one -> TWO.see(one.tenant()));
    assertThat((long) seen.size())
        .isEqualTo(
            around.number("SELECT count(*) FROM session WHERE tenant IN ('tenant-0','tenant-2')"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10_000})
  void a_timeline_has_every_call_once_and_in_order_whatever_the_page(int limit) {
    Timelines timelines = new Timelines(store);

    List<String> steps =
        all(
                cursor -> {
                  Timelines.Timeline timeline =
                      timelines.steps("s3", Tenants.ALL, limit, cursor).orElseThrow();
                  return new Page<>(timeline.steps(), timeline.next());
                })
            .stream()
            .map(Timelines.Step::id)
            .toList();

    assertThat(steps)
        .isEqualTo(
            around
                .rows(
                    """
                    SELECT call_id FROM (
                      SELECT call_id, turn, 0 AS rank, attempt AS n FROM model_call WHERE session_id = 's3'
                      UNION ALL
                      SELECT call_id, turn, 1, index FROM tool_call WHERE session_id = 's3') x
                    ORDER BY turn, rank, n
                    """)
                .stream()
                .map(List::getFirst)
                .toList());
  }

  @Test
  void a_step_says_what_it_waited_for_and_where_its_records_are() {
    Timelines.Timeline timeline =
        new Timelines(store).steps("w", Tenants.ALL, 100, null).orElseThrow();

    assertThat(timeline.session().status()).isEqualTo("waiting");
    assertThat(timeline.steps())
        .extracting(Timelines.Step::id)
        .containsExactly("w/1/m1", "w/1/0", "w/1/1");
    Timelines.Step model = timeline.steps().get(0);
    assertThat(model.phases())
        .extracting(Timelines.Phase::phase)
        .containsExactly("queued", "model");
    assertThat(Objects.requireNonNull(model.cost()).nanoUsd()).isEqualTo(1_234_567);
    Timelines.Step failed = timeline.steps().get(1);
    assertThat(failed.status()).isEqualTo("execution_error");
    assertThat(failed.tries()).isEqualTo(3);
    assertThat(failed.deliveries()).isEqualTo(2);
    assertThat(failed.phases())
        .extracting(Timelines.Phase::phase)
        .containsExactly("queued", "tool");
    assertThat(failed.positions().asked()).isNotNull();
    assertThat(failed.positions().result()).isNotNull();
    Timelines.Step waiting = timeline.steps().get(2);
    assertThat(waiting.status()).isEqualTo("waiting");
    assertThat(waiting.phases()).extracting(Timelines.Phase::phase).containsExactly("person");
    assertThat(waiting.phases().getFirst().to()).isNull();
    assertThat(waiting.positions().approvalRequest()).isNotNull();
  }

  private static Ledger.Question question(List<Dimension> groups, Bucket bucket) {
    return new Ledger.Question(
        groups,
        bucket,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void however_the_ledger_is_grouped_its_sum_is_the_same() {
    Ledger ledger = new Ledger(store);
    long settled =
        around.number("SELECT sum(amount_nano_usd) FROM ledger_entry WHERE kind = 'settled'");

    List<List<Dimension>> groupings = new ArrayList<>();
    groupings.add(List.of());
    for (Dimension dimension : Dimension.values()) {
      groupings.add(List.of(dimension));
    }
    groupings.add(List.of(Dimension.TENANT, Dimension.AGENT, Dimension.MODEL));
    groupings.add(List.of(Dimension.TOOL, Dimension.TENANT));
    groupings.add(List.of(Dimension.SESSION, Dimension.MODEL));

    for (List<Dimension> groups : groupings) {
      for (Bucket bucket : Bucket.values()) {
        Ledger.Answer answer = ledger.sums(question(groups, bucket), Tenants.ALL, 10_000);
        String as = groups + " by " + bucket;
        assertThat(answer.total().cost().settled().nanoUsd()).as(as).isEqualTo(settled);
        assertThat(answer.groups().stream().mapToLong(s -> s.cost().settled().nanoUsd()).sum())
            .as(as)
            .isEqualTo(settled);
        assertThat(answer.truncated()).isFalse();
      }
    }
  }

  @Test
  void sums_of_some_tenants_hold_nothing_of_others() {
    Ledger.Answer answer =
        new Ledger(store).sums(question(List.of(Dimension.TENANT), Bucket.NONE), TWO, 100);

    assertThat(answer.groups())
        .extracting(sum -> sum.group().get("tenant"))
        .doesNotContain("tenant-1");
    assertThat(answer.total().cost().settled().nanoUsd())
        .isEqualTo(
            around.number(
                "SELECT sum(settled_nano_usd) FROM session WHERE tenant IN ('tenant-0',"
                    + " 'tenant-2')"));
  }

  @Test
  void sums_that_do_not_fit_are_left_off_and_counted_in_the_total() {
    Ledger.Answer answer =
        new Ledger(store).sums(question(List.of(Dimension.SESSION), Bucket.NONE), Tenants.ALL, 5);

    assertThat(answer.truncated()).isTrue();
    assertThat(answer.groups()).hasSize(5);
    assertThat(answer.groups())
        .isSortedAccordingTo(
            java.util.Comparator.comparingLong((Ledger.Sum sum) -> sum.cost().settled().nanoUsd())
                .reversed());
    assertThat(answer.total().cost().settled().nanoUsd())
        .isEqualTo(around.number("SELECT sum(settled_nano_usd) FROM session"));
  }

  @Test
  void lines_of_a_session_add_up_to_what_the_session_says() {
    Ledger ledger = new Ledger(store);

    List<Ledger.Line> lines =
        all(cursor -> ledger.lines("s5", Tenants.ALL, 3, cursor).orElseThrow());

    Amounts amounts = new Sessions(store).find("s5", Tenants.ALL).orElseThrow().session().cost();
    Map<String, Long> sums =
        lines.stream()
            .collect(
                Collectors.groupingBy(
                    Ledger.Line::kind, Collectors.summingLong(line -> line.amount().nanoUsd())));
    assertThat(sums.get("reserved")).isEqualTo(amounts.reserved().nanoUsd());
    assertThat(sums.get("settled")).isEqualTo(amounts.settled().nanoUsd());
  }

  @Test
  void content_that_is_stored_under_a_key_is_shown_as_it_was() {
    assertThat(around.value("SELECT text FROM task WHERE session_id = 'p'")).startsWith("sealed:");
    assertThat(around.value("SELECT arguments FROM approval WHERE session_id = 'p'"))
        .startsWith("sealed:");

    Sessions.Detail detail = new Sessions(store).find("p", Tenants.ALL).orElseThrow();
    Approvals approvals = new Approvals(store);
    Approvals.Approval approval = approvals.find("p/1/1", Tenants.ALL).orElseThrow();
    List<Timelines.Step> steps =
        new Timelines(store).steps("p", Tenants.ALL, 100, null).orElseThrow().steps();
    Calls.ToolCall call = new Calls(store).tool("p/1/0", Tenants.ALL).orElseThrow();

    assertThat(detail.session().text()).isEqualTo("delete what is old");
    assertThat(detail.tasks().getFirst().text()).isEqualTo("delete what is old");
    assertThat(detail.tasks().getFirst().submittedBy()).isEqualTo("jonas");
    assertThat(approval.arguments()).isEqualTo("{\"what\":\"everything\"}");
    assertThat(approval.question()).isEqualTo("may delete run?");
    assertThat(approval.taskText()).isEqualTo("delete what is old");
    assertThat(approvals.makers(approval)).containsExactly("jonas");
    assertThat(call.arguments()).isEqualTo("{\"q\":\"old\"}");
    assertThat(call.askedArguments()).isEqualTo("{\"q\":1}");
    assertThat(call.error()).isEqualTo("the shelf is locked");
    assertThat(call.preview()).isEqualTo("the shelf is locked");
    assertThat(steps.get(1).arguments()).isEqualTo("{\"q\":\"old\"}");
    Position asked = Objects.requireNonNull(detail.tasks().getFirst().position());
    Records.LogRecord record = new Records(store).find(asked, Tenants.ALL).orElseThrow();
    assertThat(record.withheld()).isEmpty();
    assertThat(record.value()).isNotNull();
  }

  @Test
  void a_question_that_takes_too_long_is_given_up() {
    try (Database hasty =
        Database.reading(
            new PostgresConfig(
                Objects.requireNonNull(around.settings().get("audit.postgres.url")),
                Optional.empty(),
                Optional.empty(),
                Objects.requireNonNull(around.settings().get("audit.postgres.schema")),
                2),
            Duration.ofMillis(100))) {
      assertThatThrownBy(
              () ->
                  new Store(hasty)
                      .read(
                          asked ->
                              asked.list(new Select(), "SELECT pg_sleep(5) AS s", Row::position)))
          .isInstanceOfSatisfying(StoreAwayException.class, e -> assertThat(e.tooLong()).isTrue());
    }
  }

  @Test
  void a_question_can_change_nothing() {
    assertThatThrownBy(
            () ->
                store.read(
                    asked ->
                        asked.list(
                            new Select(),
                            "DELETE FROM session RETURNING session_id",
                            row -> row.required("session_id"))))
        .hasMessageContaining("read-only");
  }

  @Test
  void a_cursor_that_was_made_up_is_refused() {
    assertThatThrownBy(
            () ->
                new Sessions(store)
                    .list(filter(Optional.empty(), Optional.empty()), Tenants.ALL, 5, "bm9wZQ"))
        .isInstanceOf(BadQuestionException.class)
        .hasMessageContaining("cursor");
  }
}
