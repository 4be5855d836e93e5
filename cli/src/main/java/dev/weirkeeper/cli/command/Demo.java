package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.demo.DemoTasks;
import dev.weirkeeper.cli.demo.Ledger;
import dev.weirkeeper.cli.follow.Answer;
import dev.weirkeeper.cli.follow.TaskRun;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Explanation;
import dev.weirkeeper.wire.Task;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Section.Of(Section.START)
@Command(
    name = "demo",
    description = {
      "Run a handful of tasks and show their answers and their bill.",
      "Starts a stack unless one runs. With ANTHROPIC_API_KEY or OPENAI_API_KEY the provider"
          + " answers, otherwise the rehearsal model."
    },
    footer = {"%nExamples:", "  weir demo"})
final class Demo extends WeirCommand {

  private static final Duration INGEST = Duration.ofSeconds(20);

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "longest wait for the last answer (default: 5m)")
  Duration timeout = Duration.ofMinutes(5);

  @Mixin final AnyClusterOptions where = new AnyClusterOptions();

  @Override
  ExitCode run(Terminal terminal) throws InterruptedException, SQLException {
    try (Cluster cluster = where.open(terminal)) {
      // Asked for first: without it the bill could not be shown.
      PostgresConfig store = cluster.address().auditStore();
      List<Task> tasks = DemoTasks.create(Instant.now());
      TaskRun.Outcome outcome = new TaskRun(cluster, terminal, timeout).run(tasks);
      boolean billed = showBill(store, terminal, tasks);
      next(terminal, outcome.answers());
      // One of the tasks is made to run into a limit, so an answer to each is all that is asked.
      return outcome.open().isEmpty() && billed ? ExitCode.DONE : ExitCode.OUTCOME;
    } catch (RuntimeException e) {
      throw new Explanation("the cluster").of(e);
    }
  }

  private void next(Terminal terminal, List<Answer> answers) {
    String session = answers.isEmpty() ? "SESSION" : answers.getFirst().sessionId();
    terminal.note(
        """

        What next, while weir up runs in another window:
          weir show %s              what that session did, and why
          weir submit "Please delete the user u_012." --watch
                                                 waits for a person: weir approvals, weir approve CALL
          weir watch                             everything that happens
          weir --help                            all commands\
        """
            .formatted(session));
  }

  private static boolean showBill(PostgresConfig config, Terminal terminal, List<Task> tasks)
      throws SQLException, InterruptedException {
    List<Ledger.Line> lines;
    try (Database store = Database.open(config)) {
      lines = new Ledger(store).of(tasks.stream().map(Task::getTaskId).toList(), INGEST);
    }
    if (terminal.json()) {
      lines.forEach(line -> terminal.show(line, String::new));
    } else {
      terminal.show(lines, () -> "\nThe ledger in PostgreSQL:\n" + Ledger.table(lines));
    }
    return lines.size() == tasks.size() && lines.stream().allMatch(Ledger.Line::balanced);
  }
}
