package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.paths.ToolPaths;
import dev.weirkeeper.audit.paths.ToolPaths.Agent;
import dev.weirkeeper.audit.paths.ToolPaths.Path;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.MONEY)
@Command(
    name = "explain",
    description =
        "Show which ways agents take through their tools, and say where a pipeline or a single"
            + " call would do.",
    footer = {"%nExamples:", "  weir explain", "  weir explain support --from 2026-11-01"})
final class ExplainCommand extends StoreCommand {

  /** For later than anything that is stored. */
  private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

  private static final int MOST_PATHS = 5;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "AGENT",
      description = "only this agent (default: all)")
  @Nullable String agent;

  @Option(
      names = "--from",
      paramLabel = "DAY",
      converter = Days.class,
      description = "tasks that ended on it or later, UTC (default: all)")
  @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "DAY",
      converter = Days.class,
      description = "tasks that ended before it, UTC (default: all)")
  @Nullable Instant to;

  /** An agent with what it might rather be. */
  record Explained(String agent, long tasks, ToolPaths.Advice advice, List<Path> paths) {}

  @Override
  ExitCode run(ClusterAddress address, Database store, Terminal terminal) throws SQLException {
    List<Agent> agents;
    try (Connection connection = store.connection()) {
      agents =
          ToolPaths.of(
              connection,
              Optional.ofNullable(agent),
              from == null ? Instant.EPOCH : from,
              to == null ? NEVER : to);
    }
    if (agents.isEmpty()) {
      terminal.note("no task " + (agent == null ? "" : "of agent " + agent + " ") + "is complete");
    }
    for (Agent one : agents) {
      Explained shown = new Explained(one.agent(), one.tasks(), one.advice(), one.paths());
      terminal.show(shown, () -> text(one));
    }
    return ExitCode.DONE;
  }

  private static String text(Agent agent) {
    Table table = new Table("tools, in order", "tasks", "model calls", "cost", "model time");
    for (Path path : agent.paths().subList(0, Math.min(MOST_PATHS, agent.paths().size()))) {
      table.row(
          way(path),
          Amounts.count(path.tasks()),
          each(path.modelCalls(), path),
          Amounts.dollars(path.costNanoUsd() / path.tasks()),
          "%.1f s".formatted(path.modelMs() / 1000.0 / path.tasks()));
    }
    int more = agent.paths().size() - MOST_PATHS;
    return "%s: %s complete tasks; figures are for one task%n%s%s%n%s%n"
        .formatted(
            agent.agent(),
            Amounts.count(agent.tasks()),
            table,
            more > 0 ? "and %d more ways%n".formatted(more) : "",
            advice(agent));
  }

  private static String way(Path path) {
    return path.tools().isEmpty() ? "(none)" : String.join(" > ", path.tools());
  }

  private static String each(long number, Path path) {
    return "%.1f".formatted((double) number / path.tasks());
  }

  private static String advice(Agent agent) {
    Path first = agent.paths().getFirst();
    return switch (agent.advice()) {
      case TOO_FEW ->
          "Too few tasks to say more: at least %d are needed.".formatted(ToolPaths.FEWEST_TASKS);
      case AGENT ->
          "It goes %d ways, the first in %d of 100 tasks: the model does decide, leave it an agent."
              .formatted(agent.paths().size(), first.tasks() * 100 / agent.tasks());
      case SINGLE_CALL ->
          "%s of %s tasks called no tool: mode: single does the same without tools in the prompt."
              .formatted(Amounts.count(first.tasks()), Amounts.count(agent.tasks()));
      case PIPELINE ->
          ("%s of %s tasks made the same %d calls: make it a pipeline (mode: pipeline). The model"
                  + " calls that chose them took %s and %.1f s of each task; one to word the answer"
                  + " is counted as kept.")
              .formatted(
                  Amounts.count(first.tasks()),
                  Amounts.count(agent.tasks()),
                  first.tools().size(),
                  Amounts.dollars(first.savedNanoUsd() / first.tasks()),
                  first.savedMs() / 1000.0 / first.tasks());
    };
  }
}
