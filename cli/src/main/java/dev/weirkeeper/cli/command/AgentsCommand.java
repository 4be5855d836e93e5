package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.Definitions;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.form.AgentFile;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.wire.AgentDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Section.Of(Section.AGENTS)
@Command(
    name = "agents",
    description = "Agent definitions.",
    subcommands = {AgentsCommand.Apply.class, AgentsCommand.ListAgents.class})
final class AgentsCommand extends Group {

  /** An agent as it is shown. */
  record Shown(
      String name,
      String version,
      String mode,
      String provider,
      String model,
      String tools,
      String description) {

    static Shown of(AgentDefinition agent) {
      return new Shown(
          agent.getName(),
          agent.getVersion(),
          agent.getMode().name().toLowerCase(Locale.ROOT),
          agent.getModel().getProvider().name().toLowerCase(Locale.ROOT),
          agent.getModel().getModel(),
          agent.getTools() == null
              ? "all"
              : agent.getTools().isEmpty() ? "none" : String.join(", ", agent.getTools()),
          agent.getDescription());
    }
  }

  @Command(
      name = "apply",
      description =
          "Publish the agents of YAML files. Nothing is published if one of them has a problem."
              + " Sessions under way keep the version they began with.",
      footer = {"%nExamples:", "  weir agents apply agents.yaml"})
  static final class Apply extends ClusterCommand {

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "YAML files")
    List<Path> files = List.of();

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      List<AgentDefinition> agents = read(files);
      Definitions.publish(cluster, agents);
      for (AgentDefinition agent : agents) {
        terminal.show(
            Shown.of(agent),
            () -> "agent %s version %s".formatted(agent.getName(), agent.getVersion()));
      }
      return ExitCode.DONE;
    }

    private static List<AgentDefinition> read(List<Path> files) {
      List<AgentDefinition> agents = new ArrayList<>();
      List<String> problems = new ArrayList<>();
      for (Path file : files) {
        try {
          AgentFile.Contents contents = AgentFile.read(Files.readString(file));
          agents.addAll(contents.agents());
          contents.problems().forEach(problem -> problems.add(file + ": " + problem));
        } catch (IOException e) {
          problems.add(file + ": can't be read (" + e + ")");
        }
      }
      if (!problems.isEmpty()) {
        throw new Trouble(
            ExitCode.USAGE, "no agent was published:\n  " + String.join("\n  ", problems));
      }
      return agents;
    }
  }

  @Command(
      name = "list",
      description = "Show the newest version of every agent.",
      footer = {"%nExamples:", "  weir agents list"})
  static final class ListAgents extends ClusterCommand {
    @Override
    ExitCode run(Cluster cluster, Terminal terminal) {
      Map<String, AgentDefinition> agents = Definitions.newest(new TopicScan(cluster), cluster);
      Table table =
          new Table("name", "version", "mode", "provider", "model", "tools", "description");
      for (AgentDefinition agent : agents.values()) {
        Shown shown = Shown.of(agent);
        if (terminal.json()) {
          terminal.show(shown, String::new);
        }
        table.row(
            shown.name(),
            shown.version(),
            shown.mode(),
            shown.provider(),
            shown.model(),
            shown.tools(),
            shown.description());
      }
      if (!terminal.json()) {
        terminal.show(agents, () -> agents.isEmpty() ? "no agents" : table.toString());
      }
      return ExitCode.DONE;
    }
  }
}
