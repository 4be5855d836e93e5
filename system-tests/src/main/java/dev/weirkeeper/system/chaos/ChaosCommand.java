package dev.weirkeeper.system.chaos;

import dev.weirkeeper.cli.command.ExtraCommand;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.log.LogFormat;
import dev.weirkeeper.operations.log.LogLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir chaos}. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Break a whole system while it works, and judge whether it kept its promises.",
      "Starts broker, registry, PostgreSQL, model and services as processes of their own in a new"
          + " directory, kills, pauses and restarts them under load, then checks what they left"
          + " behind. The last line is the report in JSON. Exits with 1 if a promise was not kept;"
          + " then the directory stays."
    })
public final class ChaosCommand implements ExtraCommand {

  /** What a run is made under. */
  enum Guarantee {
    EXACTLY_ONCE("exactly-once"),
    AT_LEAST_ONCE("at-least-once");

    private final String setting;

    Guarantee(String setting) {
      this.setting = setting;
    }

    String setting() {
      return setting;
    }
  }

  @Option(names = "--seed", description = "what load and faults are drawn from (default: 1)")
  long seed = 1;

  @Option(names = "--sessions", description = "sessions to run (default: 100)")
  int sessions = 100;

  @Option(
      names = "--kills",
      description =
          "processes to kill; pauses, restarts and bad records come in proportion (default: 10)")
  int kills = 10;

  @Option(
      names = "--guarantee",
      description = "exactly-once or at-least-once (default: exactly-once)",
      converter = GuaranteeName.class)
  Guarantee guarantee = Guarantee.EXACTLY_ONCE;

  @Option(names = "--at-once", description = "tasks under way at a time (default: 32)")
  int atOnce = 32;

  @Option(names = "--planners", description = "planners (default: 1)")
  int planners = 1;

  @Option(names = "--executors", description = "executors (default: 2)")
  int executors = 2;

  @Option(names = "--sinks", description = "audit sinks (default: 1)")
  int sinks = 1;

  @Option(
      names = "--network",
      description = "make the network bad as well: delays, silence, resets, through proxies")
  boolean network;

  @Option(
      names = "--planner-restarts",
      description =
          "instead of all this, kill a planner under load so many times, start it again at once and"
              + " tell how long its sessions stand still")
  int plannerRestarts;

  @Option(
      names = "--data",
      description = "directory for everything that is written (default: a temporary one)")
  @Nullable Path data;

  @Option(names = "--keep", description = "keep the directory even if every promise was kept")
  boolean keep;

  @Option(
      names = {"-v", "--verbose"},
      description = "log each fault to standard error")
  boolean verbose;

  /** Reads {@code exactly-once}. */
  static final class GuaranteeName implements picocli.CommandLine.ITypeConverter<Guarantee> {
    @Override
    public Guarantee convert(String value) {
      return Arrays.stream(Guarantee.values())
          .filter(guarantee -> guarantee.setting.equals(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new picocli.CommandLine.TypeConversionException(
                      "'" + value + "' is neither exactly-once nor at-least-once"));
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    new LogConfig(
            LogFormat.TEXT,
            verbose ? LogLevel.INFO : LogLevel.WARN,
            verbose ? LogLevel.ERROR : LogLevel.OFF,
            LogConfig.STDERR)
        .apply();
    Path given = data;
    Path directory = given == null ? Files.createTempDirectory("weir-chaos-") : given;
    if (plannerRestarts > 0) {
      System.out.println(
          RecoveryGap.measure(directory, guarantee.setting(), plannerRestarts).json());
      ChaosRun.delete(directory);
      return ExitCode.DONE.number();
    }
    ChaosPlan plan =
        new ChaosPlan(
            directory,
            seed,
            guarantee == Guarantee.EXACTLY_ONCE,
            sessions,
            atOnce,
            kills,
            network,
            planners,
            executors,
            sinks);
    ChaosReport report = ChaosRun.run(plan);
    System.out.print(report.text());
    System.out.println(report.json());
    if (report.passed() && !keep) {
      ChaosRun.delete(directory);
    }
    return (report.passed() ? ExitCode.DONE : ExitCode.OUTCOME).number();
  }
}
