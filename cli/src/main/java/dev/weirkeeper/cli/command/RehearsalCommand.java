package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.local.rehearsal.Scenario;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.CLUSTER)
@Command(
    name = "rehearsal",
    description = {
      "Run the rehearsal model alone until stopped: a server that speaks the Anthropic format and"
          + " answers from rules, at no cost.",
      "Point ANTHROPIC_BASE_URL of a planner at it."
    },
    footer = {"%nExamples:", "  weir rehearsal --port 8089"})
final class RehearsalCommand extends WeirCommand {

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "address to listen on (default: 127.0.0.1)")
  String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "PORT", description = "0 for a free one (default: 8089)")
  int port = 8089;

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description = "rules to answer from (default: the shipped ones)")
  @Nullable Path scenario;

  @Option(
      names = "--pace",
      paramLabel = "TIME",
      description = "time between two pieces of a streamed answer (default: 0ms)")
  Duration pace = Duration.ZERO;

  @Override
  ExitCode run(Terminal terminal) throws InterruptedException {
    RehearsalModel.Settings settings =
        RehearsalModel.Settings.defaults().withPort(port).withScenario(rules()).withPace(pace);
    try (RehearsalModel model = RehearsalModel.start(settings, InetAddress.getByName(host))) {
      String address = "http://%s:%d".formatted(host, model.baseUrl().getPort());
      terminal.show(
          Map.of("base_url", address),
          () -> "rehearsal model at " + address + "; stop with Ctrl-C");
      Thread.currentThread().join();
      return ExitCode.INTERRUPTED;
    } catch (IOException e) {
      throw new Trouble(
          ExitCode.UNREACHABLE,
          "the rehearsal model can't listen on %s:%d (%s): name others with --host and --port"
              .formatted(host, port, e.getMessage()),
          e);
    }
  }

  private Scenario rules() {
    if (scenario == null) {
      return Scenario.shipped();
    }
    try {
      return Scenario.read(scenario);
    } catch (IOException | IllegalArgumentException e) {
      throw new Trouble(
          ExitCode.USAGE,
          "the scenario %s can't be read: %s".formatted(scenario, e.getMessage()),
          e);
    }
  }
}
