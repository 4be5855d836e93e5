package dev.weirkeeper.audit;

import dev.weirkeeper.audit.http.ConsoleConfig;
import dev.weirkeeper.audit.http.ConsoleServer;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.HealthConfig;
import dev.weirkeeper.operations.health.HealthServer;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.trace.TraceConfig;
import dev.weirkeeper.operations.trace.Tracing;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs the audit sink as a process of its own. */
public final class Main {

  /** Everything the process can be told. */
  public static final Catalogue CATALOGUE =
      AuditSinkConfig.CATALOGUE
          .and(ConsoleConfig.CATALOGUE)
          .and(HealthConfig.CATALOGUE)
          .and(LogConfig.CATALOGUE)
          .and(TraceConfig.CATALOGUE);

  private static final Duration LOOK = Duration.ofMillis(500);

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    Settings settings;
    try {
      settings = Settings.read(CATALOGUE, Given.toProcess(arguments));
    } catch (ConfigurationException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    LogConfig.from(settings).apply();
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ServiceIdentity identity = ServiceIdentity.of("audit-sink", Main.class, Map.of());
    Tracing tracing = Tracing.start(TraceConfig.from(settings), identity);
    AuditSinkConfig config = AuditSinkConfig.from(settings);
    AuditSinkService sink =
        AuditSinkService.start(config, metrics, tracing, InstantSource.system());
    HealthServer health =
        HealthServer.start(
            HealthConfig.from(settings), identity, metrics, sink.live(), sink.ready());
    ConsoleConfig served = ConsoleConfig.from(settings);
    Optional<ConsoleServer> console =
        served.enabled()
            ? Optional.of(
                ConsoleServer.start(
                    served, config.postgres(), config.kafka(), metrics, InstantSource.system()))
            : Optional.empty();
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  console.ifPresent(ConsoleServer::close);
                  sink.close();
                  tracing.close();
                  health.close();
                  stop.countDown();
                }));
    while (!stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      // What has stopped for good does not get better by waiting: whoever runs the process restarts
      // it.
      if (sink.live().stream().anyMatch(check -> check.waitingFor().isPresent())) {
        System.exit(1);
      }
    }
  }
}
