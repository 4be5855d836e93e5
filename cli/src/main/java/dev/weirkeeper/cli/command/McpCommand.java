package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.executor.mcp.McpFile;
import dev.weirkeeper.executor.mcp.McpLock;
import dev.weirkeeper.executor.mcp.McpServer;
import dev.weirkeeper.executor.mcp.McpTools;
import dev.weirkeeper.executor.mcp.OfferedTool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.AGENTS)
@Command(
    name = "mcp",
    description = "Tools of MCP servers: look at what they offer, accept what may be served.",
    subcommands = {McpCommand.ShowTools.class, McpCommand.Accept.class})
final class McpCommand extends Group {

  /** How an offered tool stands to what was accepted. */
  enum State {
    /** As it was accepted. */
    ACCEPTED,
    /** Never accepted. */
    NEW,
    /** Accepted as something else. */
    CHANGED,
    /** Accepted, and not offered any more. */
    GONE
  }

  /** A tool as it is shown. */
  record Shown(
      String server, String tool, String state, String sha256, String hints, String description) {}

  abstract static class McpFileCommand extends WeirCommand {

    @Option(
        names = "--file",
        paramLabel = "FILE",
        required = true,
        description = "YAML file of MCP servers; what is accepted stands in FILE.lock")
    Path file = Path.of("mcp.yaml");

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        description = "longest wait for a server (default: 60s)")
    Duration timeout = Duration.ofSeconds(60);

    final List<McpServer> servers(List<String> names) {
      List<McpServer> all;
      try {
        all = McpFile.read(file);
      } catch (IllegalArgumentException e) {
        throw new Trouble(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
      }
      Set<String> known = new java.util.LinkedHashSet<>();
      all.forEach(server -> known.add(server.name()));
      for (String name : names) {
        if (!known.contains(name)) {
          throw new Trouble(
              ExitCode.NOT_FOUND,
              "%s has no server %s: it has %s".formatted(file, name, String.join(", ", known)));
        }
      }
      return all.stream()
          .filter(server -> names.isEmpty() || names.contains(server.name()))
          .toList();
    }

    final McpLock lock() {
      try {
        return McpLock.of(file);
      } catch (IllegalArgumentException e) {
        throw new Trouble(ExitCode.OUTCOME, String.valueOf(e.getMessage()), e);
      }
    }

    final Map<String, OfferedTool> offered(McpServer server) throws InterruptedException {
      try {
        Map<String, OfferedTool> offered = new TreeMap<>();
        McpTools.ask(server, timeout).forEach(tool -> offered.put(tool.name(), tool));
        return offered;
      } catch (IllegalStateException e) {
        throw new Trouble(ExitCode.UNREACHABLE, String.valueOf(e.getMessage()), e);
      }
    }

    static Shown shown(McpServer server, OfferedTool tool, State state) {
      List<String> hints = new ArrayList<>();
      var effect = tool.effect(true);
      if (effect.readOnly()) {
        hints.add("read-only");
      }
      if (effect.destructive()) {
        hints.add("destructive");
      }
      if (effect.idempotent()) {
        hints.add("idempotent");
      }
      return new Shown(
          server.name(),
          tool.name(),
          state.name().toLowerCase(Locale.ROOT),
          tool.hash(),
          (hints.isEmpty() ? "changes things" : String.join(", ", hints))
              + (server.trusted() ? "" : " (not believed)"),
          tool.description());
    }

    static void show(Terminal terminal, List<Shown> tools) {
      Table table = new Table("server", "tool", "state", "sha-256", "its hints", "description");
      for (Shown tool : tools) {
        if (terminal.json()) {
          terminal.show(tool, String::new);
        }
        table.row(
            tool.server(),
            tool.tool(),
            tool.state(),
            tool.sha256().substring(0, 12),
            tool.hints(),
            Amounts.head(tool.description(), 70));
      }
      if (!terminal.json()) {
        terminal.show(tools, () -> tools.isEmpty() ? "no tools" : table.toString());
      }
    }
  }

  @Command(
      name = "show",
      description = "Ask servers for their tools and compare these with the accepted ones.",
      footer = {
        "%nExit code 1 if a tool is new, changed or gone.",
        "%nExamples:",
        "  weir mcp show --file mcp.yaml"
      })
  static final class ShowTools extends McpFileCommand {

    @Parameters(paramLabel = "SERVER", arity = "0..*", description = "servers (default: all)")
    List<String> names = List.of();

    @Override
    ExitCode run(Terminal terminal) throws InterruptedException {
      McpLock lock = lock();
      List<Shown> tools = new ArrayList<>();
      for (McpServer server : servers(names)) {
        Map<String, OfferedTool> offered = offered(server);
        offered.values().forEach(tool -> tools.add(shown(server, tool, state(lock, server, tool))));
        lock.accepted(server.name()).stream()
            .filter(tool -> !offered.containsKey(tool.name()))
            .forEach(tool -> tools.add(shown(server, tool, State.GONE)));
      }
      show(terminal, tools);
      return tools.stream().allMatch(tool -> tool.state().equals("accepted"))
          ? ExitCode.DONE
          : ExitCode.OUTCOME;
    }

    private static State state(McpLock lock, McpServer server, OfferedTool tool) {
      Optional<OfferedTool> accepted = lock.accepted(server.name(), tool.name());
      return accepted
          .map(known -> known.hash().equals(tool.hash()) ? State.ACCEPTED : State.CHANGED)
          .orElse(State.NEW);
    }
  }

  @Command(
      name = "accept",
      description =
          "Accept what a server offers now. Executors serve it after their next start; look at it"
              + " with weir mcp show first.",
      footer = {
        "%nExamples:",
        "  weir mcp accept tickets --file mcp.yaml",
        "  weir mcp accept tickets find_ticket --file mcp.yaml"
      })
  static final class Accept extends McpFileCommand {

    @Parameters(index = "0", paramLabel = "SERVER", description = "the server")
    String name = "";

    @Parameters(
        index = "1..*",
        paramLabel = "TOOL",
        arity = "0..*",
        description = "only these tools; others stay as they were accepted (default: all)")
    List<String> only = List.of();

    @Override
    ExitCode run(Terminal terminal) throws InterruptedException, IOException {
      McpServer server = servers(List.of(name)).getFirst();
      McpLock lock = lock();
      Map<String, OfferedTool> offered = offered(server);
      Map<String, OfferedTool> accepted = new LinkedHashMap<>();
      if (only.isEmpty()) {
        accepted.putAll(offered);
      } else {
        lock.accepted(name).forEach(tool -> accepted.put(tool.name(), tool));
        for (String tool : only) {
          OfferedTool found = offered.get(tool);
          if (found == null) {
            throw new Trouble(
                ExitCode.NOT_FOUND,
                "server %s offers no tool %s: weir mcp show lists what it offers"
                    .formatted(name, tool));
          }
          accepted.put(tool, found);
        }
      }
      lock.with(name, accepted.values()).write(file);
      show(
          terminal,
          accepted.values().stream().map(tool -> shown(server, tool, State.ACCEPTED)).toList());
      terminal.note("written to " + McpLock.beside(file));
      return ExitCode.DONE;
    }
  }
}
