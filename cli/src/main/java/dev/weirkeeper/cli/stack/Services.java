package dev.weirkeeper.cli.stack;

import dev.weirkeeper.audit.AuditSinkConfig;
import dev.weirkeeper.audit.AuditSinkService;
import dev.weirkeeper.audit.http.ConsoleConfig;
import dev.weirkeeper.audit.http.ConsoleServer;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.executor.builtin.BuiltinTools;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.Check;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.trace.TraceConfig;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.PlannerConfig;
import dev.weirkeeper.planner.PlannerService;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The three services in this process, each with its own part of the same settings. */
final class Services {

  private Given given;
  private final MeterRegistry metrics;
  private final Parts parts;
  private final List<Check> live = new CopyOnWriteArrayList<>();
  private final List<Check> ready = new CopyOnWriteArrayList<>();

  Services(Given given, MeterRegistry metrics, Parts parts) {
    this.given = given;
    this.metrics = metrics;
    this.parts = parts;
  }

  /** Lets services that are started from now on know something more. */
  void know(Map<String, String> settings) {
    given = given.with(settings);
  }

  PlannerService planner() throws IOException {
    PlannerService planner =
        parts.add(
            "planner",
            PlannerService.start(
                PlannerConfig.from(Settings.read(PlannerConfig.CATALOGUE, given)),
                metrics,
                tracing("planner")));
    live.add(planner.live());
    ready.add(planner.ready());
    return planner;
  }

  ToolExecutorService executor() {
    Settings settings = Settings.read(ExecutorConfig.CATALOGUE.and(BuiltinTools.CATALOGUE), given);
    BuiltinTools tools = parts.add("tools", BuiltinTools.from(settings));
    ToolExecutorService executor =
        parts.add(
            "tool executor",
            new ToolExecutorService(
                ExecutorConfig.from(settings), tools.tools(), metrics, tracing("tool-executor")));
    executor.start();
    live.add(
        () ->
            executor.failure().map(failure -> "the tool executor failed: " + failure.getMessage()));
    ready.add(executor::waitingFor);
    return executor;
  }

  AuditSinkService auditSink() {
    AuditSinkService sink =
        parts.add(
            "audit sink",
            AuditSinkService.start(
                AuditSinkConfig.from(given),
                metrics,
                tracing("audit-sink"),
                InstantSource.system()));
    live.addAll(sink.live());
    ready.addAll(sink.ready());
    return sink;
  }

  /** Serves the API and the console, asking the store the sink fills. */
  ConsoleServer console() {
    AuditSinkConfig sink = AuditSinkConfig.from(given);
    return parts.add(
        "console",
        ConsoleServer.start(
            ConsoleConfig.from(Settings.read(ConsoleConfig.CATALOGUE, given)),
            sink.postgres(),
            sink.kafka(),
            metrics,
            InstantSource.system()));
  }

  private Tracing tracing(String service) {
    return parts.add(
        "traces of " + service,
        Tracing.start(
            TraceConfig.from(Settings.read(TraceConfig.CATALOGUE, given)),
            ServiceIdentity.of(service, Services.class, Map.of())));
  }

  /** Conditions of being alive, of all services started so far. */
  List<Check> live() {
    return live;
  }

  /** Conditions of doing its work, of all services started so far. */
  List<Check> ready() {
    return ready;
  }
}
