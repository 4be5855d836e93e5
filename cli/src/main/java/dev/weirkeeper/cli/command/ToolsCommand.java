package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.PoolScan;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.ToolDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

@Section.Of(Section.AGENTS)
@Command(
    name = "tools",
    description =
        "Show the tools that executors offer, and their pools: executors that live, calls that"
            + " wait.",
    footer = {"%nExamples:", "  weir tools"})
final class ToolsCommand extends ClusterCommand {

  private static final int SHORT_VERSION = 10;

  /** A tool as it is shown. */
  record Shown(
      String name,
      String version,
      String pool,
      String kind,
      long timeoutMs,
      String source,
      String description,
      String inputSchema) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) throws ExecutionException, InterruptedException {
    Map<String, ToolDefinition> tools = new TopicScan(cluster).newest(cluster.topics().tools());
    Set<String> pools = new TreeSet<>(cluster.address().pools());
    Table table = new Table("name", "version", "pool", "kind", "timeout", "source", "description");
    for (ToolDefinition tool : tools.values()) {
      pools.add(tool.getPool());
      Shown shown =
          new Shown(
              tool.getName(),
              tool.getVersion(),
              tool.getPool(),
              kind(tool),
              tool.getTimeoutMs(),
              tool.getSource(),
              tool.getDescription(),
              tool.getInputSchema());
      if (terminal.json()) {
        terminal.show(shown, String::new);
      }
      table.row(
          shown.name(),
          shown.version().substring(0, Math.min(SHORT_VERSION, shown.version().length())),
          shown.pool(),
          shown.kind(),
          Amounts.time(Duration.ofMillis(shown.timeoutMs())),
          shown.source(),
          Amounts.head(shown.description(), 70));
    }
    List<PoolScan.PoolState> states = new PoolScan(cluster).look(pools);
    if (terminal.json()) {
      states.forEach(state -> terminal.show(state, String::new));
    } else {
      terminal.show(tools, () -> tools.isEmpty() ? "no tools" : table.toString());
      terminal.show(states, () -> "\n" + pools(states));
    }
    return ExitCode.DONE;
  }

  private static Table pools(List<PoolScan.PoolState> states) {
    Table table = new Table("pool", "partitions", "group", "executors", "members", "waiting");
    for (PoolScan.PoolState state : states) {
      table.row(
          state.pool(),
          state.partitions() == 0 ? "no topic" : state.partitions(),
          state.group().name().toLowerCase(Locale.ROOT),
          state.executors().isEmpty() ? "none" : String.join(", ", state.executors()),
          state.members(),
          state.waiting().map(Amounts::count).orElse("unknown"));
    }
    return table;
  }

  private static String kind(ToolDefinition tool) {
    return Stream.of(
            tool.getDestructive() ? "destructive" : "",
            tool.getReadOnly() ? "read-only" : "",
            tool.getIdempotent() && !tool.getReadOnly() ? "idempotent" : "",
            tool.getAsksPerson() ? "asks a person" : "",
            tool.getAgent() == null ? "" : "agent " + tool.getAgent())
        .filter(word -> !word.isEmpty())
        .collect(
            Collectors.collectingAndThen(Collectors.joining(", "), s -> s.isEmpty() ? "-" : s));
  }
}
