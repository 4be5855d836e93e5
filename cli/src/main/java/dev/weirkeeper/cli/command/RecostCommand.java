package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.ledger.Recost;
import dev.weirkeeper.audit.ledger.Recost.Line;
import dev.weirkeeper.audit.ledger.Recost.Question;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.schemas.price.PriceBook;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Section.Of(Section.MONEY)
@Command(
    name = "recost",
    description =
        "Say what past calls would have cost with other prices or another model. The ledger is only"
            + " read.",
    footer = {
      "%nExamples:",
      "  weir recost --model claude-haiku-5-5",
      "  weir recost --from 2026-11-01 --by agent"
    })
final class RecostCommand extends StoreCommand {

  @Option(
      names = "--from",
      paramLabel = "DAY",
      converter = Days.class,
      description = "first day, UTC (default: the ledger's first)")
  @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "DAY",
      converter = Days.class,
      description = "day after the last, UTC (default: all there is)")
  @Nullable Instant to;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "price every call as this model's (default: each as its own)")
  @Nullable String model;

  @Option(
      names = "--of",
      paramLabel = "NAME",
      description = "only calls of this model (default: all)")
  @Nullable String of;

  @Option(
      names = "--prices-of",
      paramLabel = "DAY",
      converter = Days.class,
      description = "with the prices of this day (default: each call with those of its own)")
  @Nullable Instant pricesOf;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      description = "model, agent, tenant, day or session (default: model)")
  Recost.By by = Recost.By.MODEL;

  @Mixin final PriceOptions prices = new PriceOptions();

  /** The answer; money in billionths of a US dollar. */
  record Answer(
      String priceBook, List<Line> lines, long calls, long ledgerNanoUsd, long recostNanoUsd) {}

  @Override
  ExitCode run(ClusterAddress address, Database store, Terminal terminal) throws SQLException {
    PriceBook book = prices.book();
    Answer answer;
    try (Connection connection = store.connection()) {
      Recost.Span span =
          Recost.span(connection).orElse(new Recost.Span(Instant.EPOCH, Instant.EPOCH));
      List<Line> lines =
          Recost.answer(
              connection,
              book,
              new Question(
                  from == null ? span.from() : from,
                  to == null ? span.to() : to,
                  Optional.ofNullable(of),
                  Optional.ofNullable(model),
                  Optional.ofNullable(pricesOf),
                  by));
      answer =
          new Answer(
              book.version(),
              lines,
              lines.stream().mapToLong(Line::calls).sum(),
              lines.stream().mapToLong(Line::ledgerNanoUsd).sum(),
              lines.stream().mapToLong(Line::recostNanoUsd).sum());
    }
    terminal.show(answer, () -> text(answer));
    return ExitCode.DONE;
  }

  private String text(Answer answer) {
    Table table =
        new Table(
            by.name().toLowerCase(java.util.Locale.ROOT),
            "calls",
            "tokens in",
            "tokens out",
            "ledger",
            "would be",
            "difference",
            "fallback");
    for (Line line : answer.lines()) {
      table.row(
          line.group(),
          Amounts.count(line.calls()),
          Amounts.count(line.inputTokens()),
          Amounts.count(line.outputTokens()),
          Amounts.dollars(line.ledgerNanoUsd()),
          Amounts.dollars(line.recostNanoUsd()),
          Amounts.dollars(line.recostNanoUsd() - line.ledgerNanoUsd()),
          Amounts.count(line.fallback()));
    }
    return "%s%nall: %s calls, ledger %s, would be %s (price book %s)"
        .formatted(
            table,
            Amounts.count(answer.calls()),
            Amounts.dollars(answer.ledgerNanoUsd()),
            Amounts.dollars(answer.recostNanoUsd()),
            answer.priceBook());
  }
}
