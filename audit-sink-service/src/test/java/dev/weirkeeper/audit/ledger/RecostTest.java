package dev.weirkeeper.audit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.ledger.Recost.By;
import dev.weirkeeper.audit.ledger.Recost.Line;
import dev.weirkeeper.audit.ledger.Recost.Question;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.wire.Usage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SinkTest
final class RecostTest {

  private static final Instant START = Instant.parse("2026-09-01T00:00:00Z");
  private static final Instant END = Instant.parse("2026-12-01T00:00:00Z");

  /** Known ones, one with tiers, a dated name, one nobody knows. */
  private static final String[] MODELS = {
    "claude-haiku-5-5",
    "claude-sonnet-5-5",
    "claude-opus-5-5",
    "gpt-6.2-sol",
    "claude-sonnet-5-5-20260901",
    "nobody-knows-it"
  };

  /** A call as it was made. */
  private record Call(String model, String asked, Usage usage, Instant at, String agent) {
    long input() {
      return usage.getUncachedInput()
          + usage.getCacheWrite5m()
          + usage.getCacheWrite1h()
          + usage.getCacheRead();
    }
  }

  private final PriceBook book = PriceBook.shipped();
  private final List<Call> calls = new ArrayList<>();
  private Surroundings around;

  @BeforeEach
  void store_a_random_history() throws SQLException {
    around = new Surroundings(1);
    var sink = around.sink();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> sink.ready().getFirst().waitingFor().isEmpty());
    Random random = new Random(99);
    for (int i = 0; i < 3_000; i++) {
      String model = MODELS[random.nextInt(MODELS.length)];
      boolean gateway = random.nextInt(10) == 0;
      calls.add(
          new Call(
              gateway ? "gateway/" + model : model,
              model,
              new Usage(
                  tokens(random),
                  random.nextInt(3) == 0 ? tokens(random) : 0,
                  random.nextInt(5) == 0 ? tokens(random) : 0,
                  tokens(random),
                  (long) random.nextInt(8_000),
                  0L),
              START.plusMillis(random.nextLong(Duration.between(START, END).toMillis())),
              "agent-" + random.nextInt(3)));
    }
    insert();
  }

  @AfterEach
  void leave() {
    around.close();
  }

  /** Mostly short, some around where tiers begin, a few enormous. */
  private static long tokens(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> 99_990L + random.nextInt(20);
      case 1 -> 271_990L + random.nextInt(20);
      case 2 -> random.nextInt(1_000_000);
      default -> random.nextInt(5_000);
    };
  }

  private long cost(PriceBook prices, Call call) {
    return prices
        .cost(prices.knows(call.model()) ? call.model() : call.asked(), call.usage(), call.at())
        .nanoUsd();
  }

  private void insert() throws SQLException {
    try (Connection connection = around.connection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO model_call (call_id, session_id, task_id, model, asked_model, outcome,
                  uncached_input, cache_write_5m, cache_write_1h, cache_read, output, usage_reported,
                  cost_nano_usd, settled_nano_usd, started_at, hour, tenant, agent, agent_version,
                  ledger_model, reply_offset)
                VALUES (?, ?, 't', ?, ?, 'ok', ?, ?, ?, ?, ?, true, ?, ?, ?, ?, 'acme', ?, '1', ?, ?)
                """)) {
      for (int i = 0; i < calls.size(); i++) {
        Call call = calls.get(i);
        OffsetDateTime at = call.at().atOffset(ZoneOffset.UTC);
        int c = 1;
        insert.setString(c++, "s" + i + "/1/m1");
        insert.setString(c++, "s" + i % 50);
        insert.setString(c++, call.model());
        insert.setString(c++, call.asked());
        insert.setLong(c++, call.usage().getUncachedInput());
        insert.setLong(c++, call.usage().getCacheWrite5m());
        insert.setLong(c++, call.usage().getCacheWrite1h());
        insert.setLong(c++, call.usage().getCacheRead());
        insert.setLong(c++, call.usage().getOutput());
        insert.setLong(c++, cost(book, call));
        insert.setLong(c++, cost(book, call));
        insert.setObject(c++, at);
        insert.setObject(c++, at.truncatedTo(ChronoUnit.HOURS));
        insert.setString(c++, call.agent());
        insert.setString(c++, call.asked());
        insert.setLong(c, i);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private List<Line> ask(PriceBook prices, Question question) throws SQLException {
    try (Connection connection = around.connection()) {
      return Recost.answer(connection, prices, question);
    }
  }

  private static Question all(Optional<String> model, By by) {
    return new Question(START, END, Optional.empty(), model, Optional.empty(), by);
  }

  @ParameterizedTest
  @EnumSource(By.class)
  void A5_with_the_original_book_the_answer_is_the_ledger_to_the_billionth(By by)
      throws SQLException {
    List<Line> lines = ask(book, all(Optional.empty(), by));

    assertThat(lines).allMatch(line -> line.recostNanoUsd() == line.ledgerNanoUsd());
    assertThat(lines.stream().mapToLong(Line::calls).sum()).isEqualTo(calls.size());
    assertThat(lines.stream().mapToLong(Line::ledgerNanoUsd).sum())
        .isEqualTo(around.number("SELECT sum(settled_nano_usd) FROM model_call"));
  }

  @Test
  void every_call_is_priced_as_another_model_tier_by_tier() throws SQLException {
    long expected = 0;
    for (Call call : calls) {
      expected += book.cost("gpt-6.2-sol", call.usage(), call.at()).nanoUsd();
    }

    List<Line> lines = ask(book, all(Optional.of("gpt-6.2-sol"), By.TENANT));

    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst().recostNanoUsd()).isEqualTo(expected);
    assertThat(calls).anyMatch(call -> call.input() > 272_000);
  }

  @Test
  void another_book_says_what_would_have_been_and_changes_nothing() throws SQLException {
    PriceBook dearer =
        book.with(
            """
            version: dearer
            prices:
              - models: [claude-haiku-5-5]
                valid_from: 2026-01-01
                source: a test
                input: 0.333333
                output: 7
                tiers:
                  - {from_input_tokens: 100001, input: 1.5, output: 9}
              - models: [claude-haiku-5-5]
                valid_from: 2026-10-15
                source: a test
                input: 0.2
                output: 3
            """,
            "dearer.yaml");
    String before = around.value("SELECT sum(hashtext(x::text)) FROM model_call x");
    Map<String, Long> expected = new HashMap<>();
    for (Call call : calls) {
      expected.merge(call.agent() + " 1", cost(dearer, call), Long::sum);
    }

    List<Line> lines = ask(dearer, all(Optional.empty(), By.AGENT));

    assertThat(lines)
        .extracting(Line::group)
        .containsExactlyElementsOf(expected.keySet().stream().sorted().toList());
    assertThat(lines)
        .allMatch(line -> Long.valueOf(line.recostNanoUsd()).equals(expected.get(line.group())));
    assertThat(around.value("SELECT sum(hashtext(x::text)) FROM model_call x")).isEqualTo(before);
  }

  @Test
  void what_the_book_does_not_know_is_counted_as_such() throws SQLException {
    List<Line> lines = ask(book, all(Optional.empty(), By.MODEL));

    assertThat(lines)
        .filteredOn(line -> line.group().equals("nobody-knows-it"))
        .allMatch(line -> line.fallback() == line.calls());
    assertThat(lines)
        .filteredOn(line -> !line.group().equals("nobody-knows-it"))
        .allMatch(line -> line.fallback() == 0);
  }

  @Test
  void a_span_of_time_and_one_model_can_be_asked_for() throws SQLException {
    Instant from = Instant.parse("2026-10-01T00:00:00Z");
    Instant to = Instant.parse("2026-11-01T00:00:00Z");
    long expected =
        calls.stream()
            .filter(call -> !call.at().isBefore(from) && call.at().isBefore(to))
            .filter(call -> call.asked().equals("claude-sonnet-5-5"))
            .count();

    List<Line> lines =
        ask(
            book,
            new Question(
                from,
                to,
                Optional.of("claude-sonnet-5-5"),
                Optional.empty(),
                Optional.empty(),
                By.DAY));

    assertThat(lines.stream().mapToLong(Line::calls).sum()).isEqualTo(expected);
    assertThat(lines).allMatch(line -> line.group().startsWith("2026-10-"));
  }

  @Test
  void prices_of_one_day_can_be_taken_for_all_of_history() throws SQLException {
    Instant day = Instant.parse("2026-11-01T00:00:00Z");
    long expected = 0;
    for (Call call : calls) {
      expected +=
          book.cost(book.knows(call.model()) ? call.model() : call.asked(), call.usage(), day)
              .nanoUsd();
    }

    List<Line> lines =
        ask(
            book,
            new Question(
                START, END, Optional.empty(), Optional.empty(), Optional.of(day), By.TENANT));

    assertThat(lines.getFirst().recostNanoUsd()).isEqualTo(expected);
  }
}
