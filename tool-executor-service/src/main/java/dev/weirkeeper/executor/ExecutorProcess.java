package dev.weirkeeper.executor;

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
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor as a process of its own: reads settings, answers probes, serves until it is told to
 * stop. Use it for the main method of an executor with tools of your own:
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *   System.exit(ExecutorProcess.run(arguments, new MyTools()));
 * }
 * }</pre>
 */
public final class ExecutorProcess {

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorProcess.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Settings every executor process has. */
  public static final Catalogue CATALOGUE =
      ExecutorConfig.CATALOGUE
          .and(HealthConfig.CATALOGUE)
          .and(LogConfig.CATALOGUE)
          .and(TraceConfig.CATALOGUE);

  private ExecutorProcess() {}

  /**
   * Serves tools until the process is told to stop.
   *
   * @param arguments of the process: none, or {@code --config FILE}
   * @param tools as {@link dev.weirkeeper.executor.tool.ToolCatalogue#of} takes them
   * @return what the process should exit with: 0 stopped, 1 failed, 2 wrong settings
   */
  public static int run(String[] arguments, Object... tools) {
    return run(arguments, Catalogue.of(), settings -> List.of(tools));
  }

  /**
   * As above, with tools that have settings.
   *
   * @param more their settings
   * @param tools makes them
   */
  public static int run(
      String[] arguments, Catalogue more, Function<Settings, Collection<?>> tools) {
    Settings settings;
    try {
      settings = Settings.read(CATALOGUE.and(more), Given.toProcess(arguments));
    } catch (ConfigurationException e) {
      System.err.println(e.getMessage());
      return 2;
    }
    LogConfig.from(settings).apply();
    ExecutorConfig config = ExecutorConfig.from(settings);
    ServiceIdentity identity = ServiceIdentity.of("tool-executor", ExecutorProcess.class, Map.of());
    PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Tracing tracing = Tracing.start(TraceConfig.from(settings), identity);
        ToolExecutorService service =
            new ToolExecutorService(config, tools.apply(settings), metrics, tracing);
        HealthServer health =
            HealthServer.start(
                HealthConfig.from(settings),
                identity,
                metrics,
                List.of(Check.of("a restart", () -> service.failure().isEmpty())),
                List.of(service::waitingFor))) {
      service.start();
      LOG.info("health and metrics on port {}", health.port());
      return untilStopped(service);
    } catch (ConfigurationException | IllegalArgumentException e) {
      LOG.error("the tools can't be served: {}", e.getMessage());
      return 2;
    } catch (InterruptedException e) {
      return 0;
    }
  }

  /** Blocks until the process is told to stop or the service has failed. */
  private static int untilStopped(ToolExecutorService service) throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  told.countDown();
                  try {
                    done.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      while (!told.await(LOOK.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)) {
        if (service.failure().isPresent()) {
          return 1;
        }
      }
      service.close();
      return 0;
    } finally {
      done.countDown();
    }
  }
}
