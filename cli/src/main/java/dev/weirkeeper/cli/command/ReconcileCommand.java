package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.reconcile.Corrections;
import dev.weirkeeper.audit.reconcile.ProviderExport;
import dev.weirkeeper.audit.reconcile.Reconciliation;
import dev.weirkeeper.audit.reconcile.Reconciliation.Cause;
import dev.weirkeeper.audit.reconcile.Reconciliation.Line;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.wire.LedgerAdjustment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.MONEY)
@Command(
    name = "reconcile",
    description =
        "Compare the ledger with a provider's usage and cost exports and explain every difference."
            + " Returns 1 if one stays unexplained.",
    footer = {
      "%nExamples:",
      "  weir reconcile usage.json costs.json",
      "  weir reconcile usage.json --provider openai --key key_abc"
    })
final class ReconcileCommand extends StoreCommand {

  /** Whose exports. */
  enum Provider {
    ANTHROPIC,
    OPENAI;

    /** Its wire formats, as the ledger names them. */
    Set<String> formats() {
      return switch (this) {
        case ANTHROPIC -> Set.of("anthropic_messages");
        case OPENAI -> Set.of("openai_chat_completions", "openai_responses");
      };
    }
  }

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "answers of the provider's reporting API, as they came: usage, costs or both, any number"
              + " of pages")
  List<Path> files = List.of();

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      description = "anthropic or openai (default: anthropic)")
  Provider provider = Provider.ANTHROPIC;

  @Option(
      names = "--key",
      paramLabel = "ID",
      description =
          "the provider's id of an API key that Weirkeeper uses; may be given again (default: all"
              + " keys in the export)")
  Set<String> keys = Set.of();

  @Mixin final PriceOptions prices = new PriceOptions();

  @Option(
      names = "--adjust",
      description =
          "write corrections to the ledger for what another price or a single lost reply explains;"
              + " needs --reason")
  boolean adjust;

  @Option(names = "--reason", paramLabel = "WORDS", description = "why the ledger is corrected")
  @Nullable String reason;

  @Mixin final Person person = new Person();

  /** What came out; money in billionths of a US dollar. */
  record Reconciled(boolean explained, List<Line> lines, int corrections, long correctedNanoUsd) {}

  @Override
  ExitCode run(ClusterAddress address, Database store, Terminal terminal)
      throws SQLException, InterruptedException {
    String why = reason;
    if (adjust && why == null) {
      throw new Trouble(
          ExitCode.USAGE, "--adjust needs --reason: it stands beside every correction");
    }
    ProviderExport export = export();
    List<Line> lines;
    List<LedgerAdjustment> corrections = new ArrayList<>();
    try (Connection connection = store.connection()) {
      lines = Reconciliation.of(connection, export, provider.formats(), prices.book());
      if (why != null && adjust) {
        for (Line line : lines) {
          corrections.addAll(Corrections.of(connection, line, person.name(), why, Instant.now()));
        }
      }
    }
    if (!corrections.isEmpty()) {
      try (Cluster connected = Cluster.connect(address)) {
        connected.write(
            connected.topics().ledgerAdjustments(),
            corrections.stream()
                .map(made -> new Cluster.Keyed<>(made.getSessionId(), made))
                .toList());
      }
    }
    boolean explained = lines.stream().noneMatch(line -> line.cause() == Cause.UNEXPLAINED);
    Reconciled reconciled =
        new Reconciled(
            explained,
            lines,
            corrections.size(),
            corrections.stream().mapToLong(LedgerAdjustment::getAmountNanoUsd).sum());
    terminal.show(reconciled, () -> text(reconciled, terminal));
    return explained ? ExitCode.DONE : ExitCode.OUTCOME;
  }

  private ProviderExport export() {
    ProviderExport export = new ProviderExport(List.of(), List.of());
    for (Path file : files) {
      try {
        export = export.and(ProviderExport.read(Files.readString(file), file.toString()));
      } catch (IOException e) {
        throw new Trouble(ExitCode.USAGE, "the export can't be read: " + e, e);
      } catch (IllegalArgumentException e) {
        throw new Trouble(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
      }
    }
    return keys.isEmpty() ? export : export.ofKeys(keys);
  }

  private static String text(Reconciled reconciled, Terminal terminal) {
    Table table =
        new Table("day", "model", "what", "provider", "ledger", "difference", "explained by");
    for (Line line : reconciled.lines()) {
      boolean money = line.what().equals("cost");
      table.row(
          line.day(),
          line.model().isEmpty() ? "all" : line.model(),
          line.what(),
          money ? Amounts.dollars(line.provider()) : Amounts.count(line.provider()),
          money ? Amounts.dollars(line.ledger()) : Amounts.count(line.ledger()),
          money ? Amounts.dollars(line.difference()) : Amounts.count(line.difference()),
          line.cause() == Cause.NONE
              ? "-"
              : line.cause().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    }
    StringBuilder text = new StringBuilder(table.toString()).append('\n');
    for (Line line : reconciled.lines()) {
      if (line.cause() != Cause.NONE) {
        text.append(
            "%s %s %s: %s%s%n"
                .formatted(
                    line.day(),
                    line.model(),
                    line.what(),
                    line.why(),
                    line.calls().isEmpty() ? "" : ": " + String.join(", ", line.calls())));
      }
    }
    if (reconciled.corrections() > 0) {
      text.append(
          "%d corrections of %s in all were written%n"
              .formatted(reconciled.corrections(), Amounts.dollars(reconciled.correctedNanoUsd())));
    }
    return text.append(
            reconciled.explained()
                ? terminal.styled(Style.GOOD, "every difference is explained")
                : terminal.styled(Style.BAD, "there are differences that nothing explains"))
        .toString();
  }
}
