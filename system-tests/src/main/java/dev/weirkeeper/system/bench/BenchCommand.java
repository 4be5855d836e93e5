package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.command.ExtraCommand;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.log.LogFormat;
import dev.weirkeeper.operations.log.LogLevel;
import dev.weirkeeper.planner.PlannerConfig.Guarantee;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code weir bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the whole path: prompt, ten tool calls one after the other, answer.",
      "Runs a stack of its own on fresh data, checks every answer and the ledger, and writes one"
          + " JSON line. docs/performance.md explains it."
    })
public final class BenchCommand implements ExtraCommand {

  private static final int WARM_UP_CALLS = 100_000;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      description = "sessions that are measured (default: ${DEFAULT-VALUE})")
  int sessions = 1000;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "sessions under way at a time (default: ${DEFAULT-VALUE})")
  int concurrency = 64;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description =
          "sessions before them, 64 at a time or more, the last twentieth no more than at a time are"
              + " measured (default: enough for 100,000 tool calls; the JVM compiles most of its code"
              + " in that time)")
  @Nullable Integer warmUp;

  @Option(
      names = "--calls",
      paramLabel = "N",
      description = "tool calls of a session (default: ${DEFAULT-VALUE})")
  int calls = 10;

  @Option(
      names = "--payload",
      paramLabel = "CHARACTERS",
      description = "length of each call's argument and result (default: ${DEFAULT-VALUE})")
  int payload;

  @Option(
      names = "--model-latency",
      paramLabel = "TIME",
      description = "time the model takes for an answer (default: 0s)")
  Duration modelLatency = Duration.ZERO;

  @Option(
      names = "--model-url",
      paramLabel = "URL",
      description =
          "model server to use: Anthropic's format, GET /rehearsal/usage (default: one is started)")
  @Nullable URI modelUrl;

  @Option(
      names = "--guarantee",
      paramLabel = "WHICH",
      converter = Guarantees.class,
      description = "exactly-once or at-least-once (default: exactly-once)")
  Guarantee guarantee = Guarantee.EXACTLY_ONCE;

  @Option(
      names = "--executors",
      paramLabel = "N",
      description = "executors of the tool (default: ${DEFAULT-VALUE})")
  int executors = 1;

  @Option(
      names = "--consumer-group",
      description = "executors take calls from a consumer group, not from a share group")
  boolean consumerGroup;

  @Option(
      names = "--processes",
      description = "each service, broker and registry in a process of its own")
  boolean processes;

  @Option(
      names = "--floors",
      description =
          "measure a bare loop, the hops without content and bare Kafka beside it, with the same work")
  boolean floors;

  @Option(
      names = "--profile",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = "",
      description = "record where processor time goes; keep the Flight Recorder's file if named")
  @Nullable String profile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "a setting of the stack or its services; may be repeated")
  Map<String, String> settings = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    Path data = Files.createTempDirectory("weir-bench");
    try {
      new LogConfig(
              LogFormat.TEXT, LogLevel.INFO, LogLevel.WARN, data.resolve("bench.log").toString())
          .apply();
      Terminal terminal = Terminal.ofProcess(true);
      BenchReport report = Bench.run(plan(data), terminal::note);
      terminal.show(report, String::new);
      report.problems().stream().limit(20).forEach(problem -> terminal.note("wrong: " + problem));
      return (report.problems().isEmpty() ? ExitCode.DONE : ExitCode.OUTCOME).number();
    } finally {
      delete(data);
    }
  }

  private BenchPlan plan(Path data) {
    return new BenchPlan(
        new Workload(
            sessions,
            concurrency,
            warmUp == null ? Math.ceilDiv(WARM_UP_CALLS, Math.max(1, calls)) : warmUp,
            calls,
            payload,
            modelLatency),
        guarantee,
        consumerGroup ? DeliveryMode.GROUP : DeliveryMode.SHARE,
        executors,
        processes,
        Optional.ofNullable(modelUrl),
        floors,
        profile != null,
        Optional.ofNullable(profile).filter(file -> !file.isEmpty()).map(Path::of),
        data,
        settings);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Reads a guarantee as settings write it. */
  static final class Guarantees implements ITypeConverter<Guarantee> {
    @Override
    public Guarantee convert(String text) {
      try {
        return Guarantee.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "expected exactly-once or at-least-once, found '" + text + "'");
      }
    }
  }
}
