package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.conformance.ExecutorConformance;
import dev.weirkeeper.cli.conformance.Verdict;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.TopicDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.AGENTS)
@Command(
    name = "conformance",
    description = "Whether somebody else's part keeps our contracts.",
    subcommands = {ConformanceCommand.Executor.class})
final class ConformanceCommand extends Group {

  @Command(
      name = "executor",
      description =
          "Run the executor contract (docs/executor-protocol.md) against the executors of a pool."
              + " They must offer the tool conformance_echo, and should offer conformance_sleep,"
              + " conformance_large, conformance_fail and conformance_count.",
      footer = {
        "%nUse a pool of its own: calls of agents would be in the way.",
        "%nExamples:",
        "  weir conformance executor --pool conformance"
      })
  static final class Executor extends ClusterCommand {

    @Option(names = "--pool", paramLabel = "POOL", required = true, description = "the pool")
    String pool = Topics.DEFAULT_POOL;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        description = "longest wait for anything that should come (default: 30s)")
    Duration timeout = Duration.ofSeconds(30);

    @Override
    ExitCode run(Cluster cluster, Terminal terminal)
        throws InterruptedException, ExecutionException {
      prepare(cluster, terminal);
      try (ExecutorConformance conformance = new ExecutorConformance(cluster, pool, timeout)) {
        List<Verdict> verdicts = conformance.run(verdict -> show(terminal, verdict));
        long failed = count(verdicts, Verdict.Outcome.FAILED);
        if (!terminal.json()) {
          terminal.show(
              verdicts,
              () ->
                  "%d passed, %d failed, %d skipped"
                      .formatted(
                          count(verdicts, Verdict.Outcome.PASSED),
                          failed,
                          count(verdicts, Verdict.Outcome.SKIPPED)));
        }
        return failed == 0 ? ExitCode.DONE : ExitCode.OUTCOME;
      }
    }

    /** The pool's topic and schemas, as a planner would find them. */
    private void prepare(Cluster cluster, Terminal terminal)
        throws InterruptedException, ExecutionException {
      String tasks = cluster.topics().tasks().name();
      TopicDescription model =
          Objects.requireNonNull(
              cluster.admin().describeTopics(List.of(tasks)).allTopicNames().get().get(tasks));
      Bootstrap bootstrap = new Bootstrap(cluster.topics(), List.of(pool));
      List<String> created =
          bootstrap
              .topics(
                  cluster.admin(),
                  model.partitions().size(),
                  (short) model.partitions().getFirst().replicas().size())
              .created();
      bootstrap.schemas(cluster.registry());
      created.forEach(topic -> terminal.note("created topic " + topic));
    }

    private static long count(List<Verdict> verdicts, Verdict.Outcome outcome) {
      return verdicts.stream().filter(verdict -> verdict.outcome() == outcome).count();
    }

    private static void show(Terminal terminal, Verdict verdict) {
      Terminal.Style style =
          switch (verdict.outcome()) {
            case PASSED -> Terminal.Style.GOOD;
            case FAILED -> Terminal.Style.BAD;
            case SKIPPED -> Terminal.Style.WARNING;
          };
      terminal.show(
          verdict,
          () ->
              "%s  %-75s %8s%s"
                  .formatted(
                      terminal.styled(
                          style,
                          "%-7s".formatted(verdict.outcome().name().toLowerCase(Locale.ROOT))),
                      verdict.check(),
                      Amounts.time(Duration.ofMillis(verdict.millis())),
                      verdict.detail().isEmpty() ? "" : "\n         " + verdict.detail()));
    }
  }
}
