package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.ToolDefinition;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

@Command(name = "tools", description = "Show the tools that executors offer.")
final class ToolsCommand extends ClusterCommand {

  /** A tool as it is shown. */
  record Shown(
      String name,
      String pool,
      String kind,
      long timeoutMs,
      String source,
      String description,
      String inputSchema) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) {
    Map<String, ToolDefinition> tools = new TopicScan(cluster).newest(cluster.topics().tools());
    Table table = new Table("name", "pool", "kind", "timeout", "source", "description");
    for (ToolDefinition tool : tools.values()) {
      Shown shown =
          new Shown(
              tool.getName(),
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
          shown.pool(),
          shown.kind(),
          Amounts.time(Duration.ofMillis(shown.timeoutMs())),
          shown.source(),
          Amounts.head(shown.description(), 70));
    }
    if (!terminal.json()) {
      terminal.show(tools, () -> tools.isEmpty() ? "no tools" : table.toString());
    }
    return ExitCode.DONE;
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
