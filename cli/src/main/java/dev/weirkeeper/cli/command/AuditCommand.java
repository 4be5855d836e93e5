package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.AuditTrail;
import dev.weirkeeper.audit.chain.AuditReport;
import dev.weirkeeper.audit.chain.Finding;
import dev.weirkeeper.audit.reconcile.ModelServerCheck;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.MONEY)
@Command(
    name = "audit",
    description = "The audit trail: prove it, export it, build the store anew.",
    subcommands = {
      AuditCommand.Verify.class,
      AuditCommand.Export.class,
      AuditCommand.Digest.class,
      AuditCommand.Rebuild.class,
      AuditCommand.LedgerCheck.class
    })
final class AuditCommand extends Group {

  /** Something that is wrong, as it is shown. */
  record Wrong(String kind, String place, String what) {

    static Wrong of(Finding finding) {
      return new Wrong(
          finding.kind().name().toLowerCase(java.util.Locale.ROOT),
          finding.place().topic().isEmpty() ? "" : finding.place().toString(),
          finding.what());
    }
  }

  @Command(
      name = "verify",
      description =
          "Check digests, hash chains, causes and roots of the audit store, and name the first"
              + " record that is wrong. Returns 1 if one is.",
      footer = {"%nExamples:", "  weir audit verify", "  weir audit verify --file audit.jsonl"})
  static final class Verify extends ClusterCommand {

    @Option(names = "--topics", description = "check what the broker still has, not the store")
    boolean topics;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "check a file made by weir audit export")
    @Nullable Path file;

    @Option(
        names = "--tables",
        description = "also compare every table of the store with one built anew from its log")
    boolean tables;

    /** What was checked. */
    record Verified(
        boolean clean,
        long records,
        int sessions,
        long roots,
        long covered,
        List<Wrong> findings) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws SQLException, IOException {
      dev.weirkeeper.operations.config.Connection connection = cluster.address().connection();
      LongConsumer progress = count -> terminal.note(Amounts.count(count) + " records read");
      Verified verified;
      Path given = file;
      if (given != null) {
        try (Reader reader = Files.newBufferedReader(given)) {
          List<Wrong> wrong =
              AuditTrail.verifyFile(connection, reader).stream().map(Wrong::of).toList();
          verified = new Verified(wrong.isEmpty(), 0, 0, 0, 0, wrong);
        } catch (java.nio.file.NoSuchFileException e) {
          throw new Trouble(ExitCode.USAGE, "there is no file " + given, e);
        }
      } else if (topics) {
        verified = of(AuditTrail.verifyTopics(connection, progress), List.of());
      } else {
        PostgresConfig config = cluster.address().auditStore();
        try (Database store = Database.open(config)) {
          AuditReport report = AuditTrail.verifyStore(store, connection, progress);
          verified =
              of(
                  report,
                  tables ? AuditTrail.verifyTables(config, connection, progress) : List.of());
        }
      }
      terminal.show(verified, () -> text(verified, terminal));
      return verified.clean() ? ExitCode.DONE : ExitCode.OUTCOME;
    }

    private static Verified of(AuditReport report, List<Finding> more) {
      List<Wrong> wrong = new ArrayList<>();
      report.findings().forEach(finding -> wrong.add(Wrong.of(finding)));
      more.forEach(finding -> wrong.add(Wrong.of(finding)));
      return new Verified(
          wrong.isEmpty(),
          report.records(),
          report.sessions(),
          report.roots(),
          report.covered(),
          wrong);
    }

    private static String text(Verified verified, Terminal terminal) {
      StringBuilder text = new StringBuilder();
      for (Wrong wrong : verified.findings()) {
        text.append(terminal.styled(Style.BAD, wrong.kind()))
            .append(' ')
            .append(wrong.place())
            .append(": ")
            .append(wrong.what())
            .append('\n');
      }
      text.append(
          verified.clean()
              ? terminal.styled(Style.GOOD, "nothing is wrong")
              : "%d findings; the first is the first record that is wrong"
                  .formatted(verified.findings().size()));
      if (verified.records() > 0) {
        text.append(
            ": %s records, %d sessions, %d roots over %s records"
                .formatted(
                    Amounts.count(verified.records()),
                    verified.sessions(),
                    verified.roots(),
                    Amounts.count(verified.covered())));
      }
      return text.toString();
    }
  }

  @Command(
      name = "export",
      description = "Write everything the broker has to a file that proves itself.",
      footer = {"%nExamples:", "  weir audit export audit.jsonl"})
  static final class Export extends ClusterCommand {

    @Parameters(paramLabel = "FILE", description = "file to write")
    Path file = Path.of("audit.jsonl");

    /** What was written. */
    record Exported(String file, long records) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws IOException {
      try (Writer writer = Files.newBufferedWriter(file)) {
        long records = AuditTrail.export(cluster.address().connection(), writer);
        terminal.show(
            new Exported(file.toString(), records),
            () -> "%s records written to %s".formatted(Amounts.count(records), file));
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "digest",
      description =
          "Show a digest of every table of the store: equal digests mean equal content, for"
              + " comparing a rebuilt store.",
      footer = {"%nExamples:", "  weir audit digest"})
  static final class Digest extends ClusterCommand {
    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws SQLException {
      try (Database store = Database.open(cluster.address().auditStore())) {
        Map<String, String> digests = new java.util.TreeMap<>(AuditTrail.digests(store));
        terminal.show(
            digests,
            () -> {
              StringBuilder text = new StringBuilder();
              digests.forEach(
                  (table, digest) -> text.append(digest).append("  ").append(table).append('\n'));
              return text.toString().stripTrailing();
            });
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "rebuild",
      description =
          "Empty the store and have the running sinks read every topic again. Only what the topics"
              + " still keep comes back.",
      footer = {"%nExamples:", "  weir audit rebuild --yes"})
  static final class Rebuild extends ClusterCommand {

    @Option(
        names = "--yes",
        required = true,
        description = "needed: older history than the topics keep is lost")
    boolean yes;

    /** What was done. */
    record Emptied(boolean rebuilding) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws SQLException {
      try (Database store = Database.open(cluster.address().auditStore())) {
        AuditTrail.rebuild(store);
      }
      terminal.show(
          new Emptied(true),
          () -> "the store is empty; running sinks fill it again, see their readiness");
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "ledger",
      description =
          "Compare the ledger with the count a model server kept itself. Returns 1 if a call or a"
              + " token is not accounted for.",
      footer = {"%nExamples:", "  weir audit ledger --against http://127.0.0.1:8089"})
  static final class LedgerCheck extends StoreCommand {

    @Option(
        names = "--against",
        paramLabel = "URL",
        required = true,
        description = "base URL of the rehearsal or the bench model")
    URI server = URI.create("http://127.0.0.1");

    @Mixin final PriceOptions prices = new PriceOptions();

    @Override
    ExitCode run(ClusterAddress address, Database store, Terminal terminal)
        throws SQLException, InterruptedException {
      String counted = counted();
      ModelServerCheck.Result result;
      try (Connection connection = store.connection()) {
        result = ModelServerCheck.of(connection, counted, prices.book());
      } catch (IllegalArgumentException e) {
        throw new Trouble(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
      }
      terminal.show(result, () -> text(result, terminal));
      return result.right() ? ExitCode.DONE : ExitCode.OUTCOME;
    }

    private String counted() throws InterruptedException {
      URI usage = server.resolve("/rehearsal/usage");
      try (HttpClient http = HttpClient.newHttpClient()) {
        return http.send(
                HttpRequest.newBuilder(usage).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
      } catch (IOException e) {
        throw new Trouble(
            ExitCode.UNREACHABLE, "no model server answers at %s: %s".formatted(usage, e), e);
      }
    }

    private static String text(ModelServerCheck.Result result, Terminal terminal) {
      StringBuilder text = new StringBuilder();
      result
          .problems()
          .forEach(problem -> text.append(terminal.styled(Style.BAD, problem)).append('\n'));
      return text.append(
              "%s: the server sent %s answers worth %s; the ledger knows %s and settled %s%s"
                  .formatted(
                      result.right()
                          ? terminal.styled(Style.GOOD, "the ledger is right")
                          : "the ledger is not right",
                      Amounts.count(result.serverAnswers()),
                      Amounts.dollars(result.serverNanoUsd()),
                      Amounts.count(result.ledgerReplies()),
                      Amounts.dollars(result.settledNanoUsd()),
                      result.unsettled().isEmpty()
                          ? ""
                          : "; unsettled: " + String.join(", ", result.unsettled())))
          .toString();
    }
  }
}
