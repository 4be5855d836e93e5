package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.seal.Subjects;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.wire.Erasure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.MONEY)
@Command(
    name = "erase",
    description =
        "Make the content about a person unreadable for ever: deletes the keys of the sessions that"
            + " name them. See docs/audit.md for what topics still hold and until when.",
    footer = {"%nExamples:", "  weir erase customer-4711 --reason \"asked for it\" --yes"})
final class EraseCommand extends ClusterCommand {

  private static final Duration LOOK = Duration.ofMillis(100);

  @Parameters(paramLabel = "SUBJECT", description = "the person, as tasks name them")
  String subject = "";

  @Option(names = "--reason", paramLabel = "WORDS", description = "why; stands in the log")
  String reason = "";

  @Option(names = "--yes", required = true, description = "needed: it can't be undone")
  boolean yes;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "how long to wait for the audit sink to have done it (default: 60s)")
  Duration timeout = Duration.ofSeconds(60);

  @Mixin final Person person = new Person();

  /** What was done. */
  record Erased(String erasureId, String subject, int sessions, int erased) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) throws SQLException, InterruptedException {
    Erasure erasure =
        Erasure.newBuilder()
            .setSubject(subject)
            .setErasureId("erasure-" + UUID.randomUUID())
            .setRequestedBy(person.name())
            .setReason(reason)
            .setAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
            .build();
    cluster.write(cluster.topics().erasures(), List.of(new Cluster.Keyed<>(subject, erasure)));
    terminal.note("written; waiting for the audit sink to delete the keys");
    try (Database store = Database.open(cluster.address().auditStore());
        Connection connection = store.connection()) {
      long deadline = System.nanoTime() + timeout.toNanos();
      while (!Subjects.done(connection, erasure.getErasureId(), subject, erasure.getAt())) {
        if (System.nanoTime() > deadline) {
          throw new Trouble(
              ExitCode.UNREACHABLE,
              "the erasure is written and will be carried out, but no audit sink has done so within %d s: is one running?"
                  .formatted(timeout.toSeconds()));
        }
        Thread.sleep(LOOK);
      }
      Subjects.Counts counts = Subjects.counts(connection, subject);
      Erased erased =
          new Erased(erasure.getErasureId(), subject, counts.sessions(), counts.erased());
      terminal.show(
          erased,
          () ->
              counts.sessions() == 0
                  ? "no session names %s; should one that is older be read yet, it is erased too"
                      .formatted(subject)
                  : "%d of %d sessions that name %s are erased"
                      .formatted(counts.erased(), counts.sessions(), subject));
    }
    return ExitCode.DONE;
  }
}
