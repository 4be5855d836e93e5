package dev.weirkeeper.audit.reconcile;

import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.wire.Usage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The ledger beside the count that a model server kept itself, as the rehearsal and the bench model
 * answer it at {@code GET /rehearsal/usage}. It counts every answer it sent, received or not; so
 * where no reply was lost, tokens and money are equal to the last, and where some were, what the
 * server has more is what the ledger calls unsettled, call by call.
 */
public final class ModelServerCheck {

  /**
   * What came out; money in billionths of a US dollar.
   *
   * @param serverAnswers answers the server says it sent, broken off ones included
   * @param ledgerReplies calls whose usage the ledger knows
   * @param serverNanoUsd what the server's tokens cost by the price book
   * @param settledNanoUsd what the ledger settled
   * @param unsettled calls whose reply was lost: each may stand for one answer
   * @param problems what can't be; empty: the ledger is right
   */
  public record Result(
      long serverAnswers,
      long ledgerReplies,
      long serverNanoUsd,
      long settledNanoUsd,
      List<String> unsettled,
      List<String> problems) {

    /** True if the ledger is right. */
    public boolean right() {
      return problems.isEmpty();
    }
  }

  private record Tokens(long uncached, long write5m, long write1h, long read, long output) {

    static Tokens of(JsonNode json) {
      return new Tokens(
          json.path("uncached_input").asLong(0),
          json.path("cache_write_5m").asLong(0),
          json.path("cache_write_1h").asLong(0),
          json.path("cache_read").asLong(0),
          json.path("output").asLong(0));
    }

    Tokens minus(Tokens other) {
      return new Tokens(
          uncached - other.uncached,
          write5m - other.write5m,
          write1h - other.write1h,
          read - other.read,
          output - other.output);
    }

    long input() {
      return uncached + write5m + write1h + read;
    }

    boolean negative() {
      return Math.min(Math.min(uncached, write5m), Math.min(Math.min(write1h, read), output)) < 0;
    }

    boolean nothing() {
      return input() == 0 && output == 0 && !negative();
    }
  }

  private ModelServerCheck() {}

  /**
   * Compares.
   *
   * @param json what the model server answered, after the last task ended
   * @param book the prices in force
   * @throws IllegalArgumentException if the answer is of another form
   */
  public static Result of(Connection connection, String json, PriceBook book) throws SQLException {
    JsonNode server;
    try {
      server = JsonMapper.shared().readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the model server did not answer JSON: " + e.getOriginalMessage(), e);
    }
    if (!server.path("usage").isObject()) {
      throw new IllegalArgumentException(
          "the model server's answer has no usage; expected is what GET /rehearsal/usage answers");
    }
    Map<String, Tokens> ours = tokens(connection);
    Map<String, Tokens> theirs = new TreeMap<>();
    server.path("models").forEachEntry((model, tokens) -> theirs.put(model, Tokens.of(tokens)));
    if (theirs.isEmpty() && ours.size() <= 1) {
      theirs.put(ours.keySet().stream().findFirst().orElse(""), Tokens.of(server.path("usage")));
    }
    long answers = server.path("answered").asLong(0) + server.path("broken_off").asLong(0);
    List<String> problems = new ArrayList<>();
    long replies = number(connection, "SELECT count(*) FROM model_call WHERE usage_reported");
    long settled = number(connection, "SELECT coalesce(sum(settled_nano_usd), 0) FROM model_call");
    Doubt doubt = doubt(connection);
    long serverCost = 0;
    long moreInput = 0;
    long moreOutput = 0;
    for (Map.Entry<String, Tokens> model : theirs.entrySet()) {
      Tokens known = ours.getOrDefault(model.getKey(), new Tokens(0, 0, 0, 0, 0));
      Tokens more = model.getValue().minus(known);
      serverCost += cost(book, model.getKey(), model.getValue());
      if (more.negative()) {
        problems.add(
            "the ledger has more tokens of %s than the server sent: %s less"
                .formatted(model.getKey(), more));
      } else if (!more.nothing() && doubt.calls.isEmpty()) {
        problems.add(
            "the server sent tokens of %s that the ledger does not have: %s, and no call is unsettled"
                .formatted(model.getKey(), more));
      }
      moreInput += Math.max(0, more.input());
      moreOutput += Math.max(0, more.output());
    }
    ours.keySet().stream()
        .filter(model -> !theirs.containsKey(model))
        .forEach(model -> problems.add("the server never answered as " + model));
    if (answers - replies > doubt.calls.size()) {
      problems.add(
          "the server sent %d answers, the ledger knows %d and has only %d unsettled calls"
              .formatted(answers, replies, doubt.calls.size()));
    }
    if (moreInput > doubt.input || moreOutput > doubt.output) {
      problems.add(
          "%d input and %d output tokens are missing, more than the unsettled calls could have used (%d and %d)"
              .formatted(moreInput, moreOutput, doubt.input, doubt.output));
    }
    if (moreInput == 0 && moreOutput == 0 && problems.isEmpty() && settled - serverCost != 0) {
      // A call is rounded up to a whole billionth; the sum of all tokens only once.
      long rounding = settled - serverCost;
      if (rounding < 0 || rounding >= replies) {
        problems.add(
            "the tokens agree, but the ledger settled %d nano-USD where they cost %d"
                .formatted(settled, serverCost));
      }
    }
    long costs =
        number(
            connection,
            "SELECT coalesce(sum(cost_nano_usd), 0) FROM model_call WHERE settled_nano_usd <> 0");
    if (costs != settled) {
      problems.add(
          "replies say they cost %d nano-USD, the ledger settled %d".formatted(costs, settled));
    }
    return new Result(answers, replies, serverCost, settled, doubt.calls, problems);
  }

  private static Map<String, Tokens> tokens(Connection connection) throws SQLException {
    Map<String, Tokens> tokens = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT model, sum(uncached_input), sum(cache_write_5m), sum(cache_write_1h), sum(cache_read),
                       sum(output)
                FROM model_call WHERE reply_offset IS NOT NULL
                GROUP BY 1
                HAVING sum(uncached_input + cache_write_5m + cache_write_1h + cache_read + output) > 0
                """)) {
      while (row.next()) {
        tokens.put(
            row.getString(1),
            new Tokens(
                row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6)));
      }
    }
    return tokens;
  }

  private record Doubt(List<String> calls, long input, long output) {}

  /** Calls of which the ledger can't know all that was used. */
  private static Doubt doubt(Connection connection) throws SQLException {
    List<String> calls = new ArrayList<>();
    long input = 0;
    long output = 0;
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT call_id, coalesce(input_tokens_bound, 0), coalesce(max_output_tokens, 0)
                FROM model_call
                WHERE unsettled_nano_usd <> 0 OR usage_reported = false
                   OR (call_offset IS NOT NULL AND reply_offset IS NULL)
                ORDER BY 1
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        calls.add(row.getString(1));
        input += row.getLong(2);
        output += row.getLong(3);
      }
    }
    return new Doubt(calls, input, output);
  }

  private static long cost(PriceBook book, String model, Tokens tokens) {
    return book.cost(
            model,
            new Usage(
                tokens.uncached(),
                tokens.write5m(),
                tokens.write1h(),
                tokens.read(),
                tokens.output(),
                0L),
            Instant.now())
        .nanoUsd();
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
