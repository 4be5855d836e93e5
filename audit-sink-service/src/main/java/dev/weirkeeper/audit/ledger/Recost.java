package dev.weirkeeper.audit.ledger;

import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.price.PriceSpan;
import dev.weirkeeper.wire.Price;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What calls would have cost with another price book or another model. History is read and never
 * touched: the database prices every call anew from its usage by class, in exact numbers, rounded
 * up once a call, as the planner does. With the book that was in force the answer is the ledger.
 *
 * <p>A call whose reply was lost has no usage, so it has no part in this: it stays unsettled.
 */
public final class Recost {

  /** What the answer is broken down by. */
  public enum By {
    MODEL("coalesce(c.ledger_model, c.model)"),
    AGENT("c.agent || ' ' || c.agent_version"),
    TENANT("c.tenant"),
    DAY("to_char(c.hour AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
    SESSION("c.session_id");

    private final String sql;

    By(String sql) {
      this.sql = sql;
    }
  }

  /**
   * What is asked.
   *
   * @param from the first instant of calls that count, by the hour in which the ledger has them
   * @param to the first that does not count any more
   * @param of only calls of this model, as it was asked for or as it answered; absent: all
   * @param model price all of them as this model's; absent: each as its own
   * @param pricesOf with the prices of this instant; absent: each with those of its own time
   * @param by what the answer is broken down by
   */
  public record Question(
      Instant from,
      Instant to,
      Optional<String> of,
      Optional<String> model,
      Optional<Instant> pricesOf,
      By by) {}

  /**
   * A part of the answer; money in billionths of a US dollar.
   *
   * @param group the model, agent, tenant, day or session
   * @param calls that have usage
   * @param inputTokens of all four classes
   * @param outputTokens reasoning included
   * @param ledgerNanoUsd what was settled for them, corrections not included
   * @param recostNanoUsd what they would have cost
   * @param fallback calls priced with the fallback price, since the book does not know the model
   */
  public record Line(
      String group,
      long calls,
      long inputTokens,
      long outputTokens,
      long ledgerNanoUsd,
      long recostNanoUsd,
      long fallback) {}

  private static final String NAMES =
      "SELECT DISTINCT c.model, c.asked_model FROM model_call c"
          + " WHERE c.hour >= ? AND c.hour < ? AND c.reply_offset IS NOT NULL";

  @SuppressWarnings("InlineFormatString") // too long to stand in a call
  private static final String ANSWER =
      """
      WITH named AS (
        SELECT * FROM unnest(?::text[], ?::text[], ?::text[]) AS n (model, asked, name)
      ), price AS (
        SELECT * FROM unnest(?::text[], ?::timestamptz[], ?::timestamptz[], ?::int8[], ?::int8[],
                             ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::bool[])
          AS p (name, since, until, at_least, below, uncached, write_5m, write_1h, read, output, fallback)
      )
      SELECT coalesce(%s, ''), count(*),
             sum(c.uncached_input + c.cache_write_5m + c.cache_write_1h + c.cache_read), sum(c.output),
             sum(c.settled_nano_usd),
             sum(ceil((c.uncached_input::numeric * p.uncached + c.cache_write_5m::numeric * p.write_5m
                       + c.cache_write_1h::numeric * p.write_1h + c.cache_read::numeric * p.read
                       + c.output::numeric * p.output) / 1000)),
             count(*) FILTER (WHERE p.fallback)
      FROM model_call c
      JOIN named n ON n.model = c.model AND n.asked IS NOT DISTINCT FROM c.asked_model
      JOIN price p ON p.name = n.name
        AND coalesce(?::timestamptz, c.started_at) >= p.since
        AND coalesce(?::timestamptz, c.started_at) < p.until
        AND c.uncached_input + c.cache_write_5m + c.cache_write_1h + c.cache_read >= p.at_least
        AND c.uncached_input + c.cache_write_5m + c.cache_write_1h + c.cache_read < p.below
      WHERE c.hour >= ? AND c.hour < ? AND c.reply_offset IS NOT NULL
        AND (?::text IS NULL OR c.model = ? OR c.asked_model = ?)
      GROUP BY 1 ORDER BY 1
      """;

  private Recost() {}

  /**
   * Answers a question. Reads only.
   *
   * @param book the prices; aliases, dated names and the fallback count as {@link PriceBook#cost}
   *     has them
   */
  public static List<Line> answer(Connection connection, PriceBook book, Question question)
      throws SQLException {
    List<@Nullable String> models = new ArrayList<>();
    List<@Nullable String> asked = new ArrayList<>();
    List<String> names = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(NAMES)) {
      select.setObject(1, question.from().atOffset(ZoneOffset.UTC));
      select.setObject(2, question.to().atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          models.add(row.getString(1));
          asked.add(row.getString(2));
          names.add(question.model().orElse(name(book, row.getString(1), row.getString(2))));
        }
      }
    }
    List<PriceSpan> spans = names.stream().distinct().flatMap(n -> book.spans(n).stream()).toList();
    try (PreparedStatement select =
        connection.prepareStatement(ANSWER.formatted(question.by().sql))) {
      int at = 1;
      select.setArray(at++, texts(connection, models));
      select.setArray(at++, texts(connection, asked));
      select.setArray(at++, texts(connection, names));
      select.setArray(at++, texts(connection, prices(spans, Price::getModel)));
      select.setArray(
          at++, times(connection, spans, s -> s.from().map(Instant::toString).orElse("-infinity")));
      select.setArray(
          at++, times(connection, spans, s -> s.until().map(Instant::toString).orElse("infinity")));
      select.setArray(at++, longs(connection, prices(spans, Price::getFromInputTokens)));
      select.setArray(
          at++,
          longs(
              connection,
              spans.stream().map(s -> s.belowInputTokens().orElse(Long.MAX_VALUE)).toList()));
      select.setArray(at++, longs(connection, prices(spans, Price::getUncachedInput)));
      select.setArray(at++, longs(connection, prices(spans, Price::getCacheWrite5m)));
      select.setArray(at++, longs(connection, prices(spans, Price::getCacheWrite1h)));
      select.setArray(at++, longs(connection, prices(spans, Price::getCacheRead)));
      select.setArray(at++, longs(connection, prices(spans, Price::getOutput)));
      select.setArray(
          at++, connection.createArrayOf("bool", prices(spans, Price::getFallback).toArray()));
      Object pricesOf = question.pricesOf().map(i -> i.atOffset(ZoneOffset.UTC)).orElse(null);
      select.setObject(at++, pricesOf, java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      select.setObject(at++, pricesOf, java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
      select.setObject(at++, question.from().atOffset(ZoneOffset.UTC));
      select.setObject(at++, question.to().atOffset(ZoneOffset.UTC));
      for (int i = 0; i < 3; i++) {
        select.setString(at++, question.of().orElse(null));
      }
      List<Line> lines = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          lines.add(
              new Line(
                  row.getString(1),
                  row.getLong(2),
                  row.getLong(3),
                  row.getLong(4),
                  row.getLong(5),
                  row.getBigDecimal(6).longValueExact(),
                  row.getLong(7)));
        }
      }
      return lines;
    }
  }

  /** Under which name the planner prices a call: as it answered, if the book knows that name. */
  private static String name(PriceBook book, String model, @Nullable String asked) {
    return asked == null || book.knows(model) ? model : asked;
  }

  /** The first and the last hour in which the ledger has a call; empty where it has none. */
  public static Optional<Span> span(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT min(hour), max(hour) FROM model_call WHERE hour IS NOT NULL")) {
      row.next();
      java.time.OffsetDateTime first = row.getObject(1, java.time.OffsetDateTime.class);
      java.time.OffsetDateTime last = row.getObject(2, java.time.OffsetDateTime.class);
      return first == null || last == null
          ? Optional.empty()
          : Optional.of(new Span(first.toInstant(), last.toInstant().plusSeconds(3600)));
    }
  }

  /** From the first instant to the one after the last. */
  public record Span(Instant from, Instant to) {}

  private static <T> List<T> prices(
      List<PriceSpan> spans, java.util.function.Function<Price, T> field) {
    return spans.stream().map(PriceSpan::price).map(field).toList();
  }

  private static Array texts(Connection connection, List<? extends @Nullable String> values)
      throws SQLException {
    return connection.createArrayOf("text", values.toArray());
  }

  private static Array longs(Connection connection, List<Long> values) throws SQLException {
    return connection.createArrayOf("int8", values.toArray());
  }

  private static Array times(
      Connection connection,
      List<PriceSpan> spans,
      java.util.function.Function<PriceSpan, String> field)
      throws SQLException {
    return connection.createArrayOf("timestamptz", spans.stream().map(field).toArray());
  }

  /** Names of {@link By}, for messages. */
  public static String choices() {
    return String.join(
        ", ",
        java.util.Arrays.stream(By.values()).map(b -> b.name().toLowerCase(Locale.ROOT)).toList());
  }
}
