package dev.weirkeeper.planner;

import dev.weirkeeper.operations.cluster.UnfitClusterException;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.Check;
import dev.weirkeeper.operations.health.HealthConfig;
import dev.weirkeeper.operations.health.HealthServer;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.trace.TraceConfig;
import dev.weirkeeper.operations.trace.Tracing;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a planner as a process of its own. */
public final class Main {
  /** Everything the process can be told. */
  public static final Catalogue CATALOGUE =
      PlannerConfig.CATALOGUE
          .and(HealthConfig.CATALOGUE)
          .and(LogConfig.CATALOGUE)
          .and(TraceConfig.CATALOGUE);

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /**
   * Runs until told to stop.
   *
   * @param arguments none, or {@code --config FILE}
   */
  public static void main(String[] arguments) throws InterruptedException, IOException {
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
    ServiceIdentity identity = ServiceIdentity.of("planner", Main.class, Map.of());
    Tracing tracing = Tracing.start(TraceConfig.from(settings), identity);
    PlannerConfig config = PlannerConfig.from(settings);
    AtomicReference<@Nullable PlannerService> running = new AtomicReference<>();
    // Answers probes before the planner is there: what it waits for can be seen.
    HealthServer health =
        HealthServer.start(
            HealthConfig.from(settings),
            identity,
            metrics,
            List.of(check(running, Optional.empty(), PlannerService::live)),
            List.of(
                check(
                    running,
                    Optional.of("Kafka at " + config.connection().bootstrapServers()),
                    PlannerService::ready)));
    PlannerService planner;
    try {
      planner = PlannerService.start(config, metrics, tracing);
    } catch (UnfitClusterException e) {
      LOG.error("the planner does not start on this cluster:\n{}", e.getMessage());
      System.exit(1);
      return;
    } catch (RuntimeException | IOException e) {
      health.close();
      throw e;
    }
    running.set(planner);
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  planner.close();
                  tracing.close();
                  health.close();
                  stop.countDown();
                }));
    stop.await();
  }

  private static Check check(
      AtomicReference<@Nullable PlannerService> running,
      Optional<String> beforeItRuns,
      Function<PlannerService, Check> once) {
    return () -> {
      PlannerService planner = running.get();
      return planner == null ? beforeItRuns : once.apply(planner).waitingFor();
    };
  }
}
