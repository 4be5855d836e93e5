package dev.weirkeeper.cli.stack;

import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.http.ConsoleConfig;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.local.postgres.LocalPostgres;
import dev.weirkeeper.local.registry.LocalRegistry;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.health.Check;
import dev.weirkeeper.operations.health.HealthConfig;
import dev.weirkeeper.operations.health.HealthServer;
import dev.weirkeeper.operations.health.ServiceIdentity;
import dev.weirkeeper.planner.provider.ProviderSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A running local stack. Its parts are started side by side as far as they do not need each other,
 * and stopped in the opposite order. Thread-safe; closing twice is harmless.
 */
public final class LocalStack implements AutoCloseable {

  private static final String HOST = "127.0.0.1";
  private static final String AUDIT_STORE = PostgresConfig.URL.key();
  private static final short ONE_COPY = 1;

  /** The pages of the console and what comes before the name of one. */
  private static final String CONSOLE = "/console/#";

  /** Whose decisions and orders those through this stack's own token are. */
  private static final String LOCAL_TOKEN = "local";

  /** What the shipped tools work on here, unless the settings say otherwise. */
  private static final Map<String, String> TOOLS =
      Map.of(
          "tools.database.demo-data", "true",
          "tools.delete-record.tables", "tickets:ticket_id,users:user_id",
          "tools.sql.create-roles", "true",
          "tools.sql-query.user", "weirkeeper_reader",
          "tools.sql-query.schemas", "tools",
          "tools.sql-write.user", "weirkeeper_writer",
          "tools.sql-write.schemas", "tools");

  private static final Duration READY_LIMIT = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final DataDirectory data;
  private final Parts parts;
  private final Map<String, String> address;
  private final ModelAccess models;

  private LocalStack(
      DataDirectory data, Parts parts, Map<String, String> address, ModelAccess models) {
    this.data = data;
    this.parts = parts;
    this.address = address;
    this.models = models;
  }

  /**
   * Starts everything on a data directory and returns when tasks can be produced.
   *
   * @param directory where data is kept; created where it does not exist
   * @param given settings of the stack and of every service in it
   * @throws dev.weirkeeper.cli.trouble.Trouble if the directory is in use
   * @throws RuntimeException as the part that did not start threw it; everything started until then
   *     has been stopped
   */
  public static LocalStack start(Path directory, Given given, StackProgress progress)
      throws InterruptedException {
    StackConfig config = StackConfig.from(given);
    DataDirectory data = DataDirectory.take(directory);
    Parts parts = new Parts();
    try {
      LocalStack stack = new Start(config, given, data, parts, progress).run();
      data.publish(stack.address);
      return stack;
    } catch (RuntimeException | InterruptedException e) {
      parts.close();
      data.close();
      throw e;
    }
  }

  /** How commands reach it, as settings. */
  public Map<String, String> address() {
    return address;
  }

  /** The console's address with a token that works as long as the stack runs. */
  public String console() {
    return address.get(ClusterAddress.AUDIT_URL.key())
        + CONSOLE
        + "token="
        + address.get(ClusterAddress.AUDIT_TOKEN.key());
  }

  /** Which model the default agent talks to. */
  public ModelAccess models() {
    return models;
  }

  /** Stops everything; the data stays. */
  @Override
  public void close() {
    parts.close();
    data.close();
  }

  /** One start, with what its steps share. */
  private static final class Start {

    private final StackConfig config;
    private final Given given;
    private final DataDirectory data;
    private final Parts parts;
    private final StackProgress progress;

    Start(
        StackConfig config, Given given, DataDirectory data, Parts parts, StackProgress progress) {
      this.config = config;
      this.given = given;
      this.data = data;
      this.parts = parts;
      this.progress = progress;
    }

    LocalStack run() throws InterruptedException {
      ModelAccess models = ModelAccess.of(given);
      Map<String, String> address = new ConcurrentHashMap<>();
      Map<String, String> settings = new ConcurrentHashMap<>();
      try (ExecutorService threads =
          Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("start-", 0).factory())) {
        CompletableFuture<Void> postgres =
            CompletableFuture.runAsync(() -> settings.putAll(postgres()), threads);
        CompletableFuture<Void> broker =
            CompletableFuture.runAsync(() -> address.putAll(broker()), threads);
        CompletableFuture<Void> topics = broker.thenRunAsync(() -> topics(address), threads);
        CompletableFuture<Void> registry =
            broker.thenRunAsync(() -> address.putAll(registry(address)), threads);
        CompletableFuture<Void> schemas =
            CompletableFuture.allOf(topics, registry)
                .thenRunAsync(() -> schemas(address, models), threads);
        if (models == ModelAccess.REHEARSAL) {
          settings.putAll(rehearsal());
        }
        joined(CompletableFuture.allOf(postgres, schemas));
      }
      settings.putAll(address);
      settings.put("planner.state-directory", data.inside("planner").toString());
      Token.Issued token =
          Token.issue(LOCAL_TOKEN, Set.of(Role.ADMIN), Tenants.ALL, Optional.empty());
      settings.put(ConsoleConfig.PORT.key(), Integer.toString(config.consolePort()));
      settings.put(ConsoleConfig.TOKENS.key(), token.token().line());
      PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      Services services = new Services(given.under(defaults()).with(settings), metrics, parts);
      timed(
          "services",
          () -> {
            services.auditSink();
            String console = services.console().url();
            address.put(ClusterAddress.AUDIT_URL.key(), console);
            address.put(ClusterAddress.AUDIT_TOKEN.key(), token.secret());
            services.know(Map.of("planner.audit-url", console + CONSOLE));
            services.executor();
            services.planner();
            awaitReady(services.ready());
            return services;
          },
          _ -> "planner, tool executor, audit sink, console");
      HealthServer health =
          started(
              "health and metrics",
              () ->
                  HealthServer.start(
                      new HealthConfig(HOST, config.httpPort()),
                      ServiceIdentity.of("stack", LocalStack.class, Map.of()),
                      metrics,
                      services.live(),
                      services.ready()),
              server -> "http://" + HOST + ":" + server.port());
      address.put(StackConfig.HTTP_PORT.key(), Integer.toString(health.port()));
      address.put(AUDIT_STORE, Objects.requireNonNull(settings.get(AUDIT_STORE)));
      return new LocalStack(data, parts, new TreeMap<>(address), models);
    }

    private Map<String, String> defaults() {
      Map<String, String> defaults = new HashMap<>(TOOLS);
      // One person works with a local stack.
      defaults.put(ConsoleConfig.SELF_APPROVAL.key(), "true");
      defaults.put(ConsoleConfig.TOKENS_FILE.key(), data.inside("tokens").toString());
      return defaults;
    }

    private Map<String, String> postgres() {
      LocalPostgres server =
          started(
              "PostgreSQL",
              () -> LocalPostgres.start(data.inside("postgres"), config.postgresPort()),
              running -> HOST + ":" + running.port());
      String url = server.createDatabase("weirkeeper");
      return Map.of(AUDIT_STORE, url, "executor.journal.url", url, "tools.database.url", url);
    }

    private Map<String, String> broker() {
      EmbeddedBroker broker =
          started(
              "Kafka broker",
              () ->
                  EmbeddedBroker.start(
                      BrokerSettings.in(data.inside("kafka")).onPort(config.brokerPort())),
              EmbeddedBroker::bootstrapServers);
      return Map.of(Connection.BOOTSTRAP_SERVERS.key(), broker.bootstrapServers());
    }

    private Map<String, String> registry(Map<String, String> address) {
      String broker = Objects.requireNonNull(address.get(Connection.BOOTSTRAP_SERVERS.key()));
      LocalRegistry registry =
          started(
              "schema registry",
              () -> LocalRegistry.start(broker, config.registryPort()),
              LocalRegistry::url);
      return Map.of(Connection.SCHEMA_REGISTRY_URL.key(), registry.url());
    }

    private Map<String, String> rehearsal() {
      RehearsalModel model =
          started(
              "rehearsal model",
              () -> RehearsalModel.start(RehearsalModel.Settings.defaults()),
              running -> running.baseUrl().toString());
      return Map.of(ProviderSettings.ANTHROPIC_BASE_URL.key(), model.baseUrl().toString());
    }

    private void topics(Map<String, String> address) {
      // The registry may not be up yet; topics do not need it.
      Map<String, String> now = new HashMap<>(address);
      now.putIfAbsent(Connection.SCHEMA_REGISTRY_URL.key(), "mock://unused");
      ClusterAddress cluster = ClusterAddress.from(given.with(now));
      timed(
          "topics",
          () -> {
            try (Cluster connected = Cluster.connect(cluster)) {
              return new Bootstrap(cluster.topics(), cluster.pools())
                  .topics(connected.admin(), config.partitions(), ONE_COPY);
            }
          },
          report ->
              "%d created, %d were there"
                  .formatted(report.created().size(), report.present().size()));
    }

    private void schemas(Map<String, String> address, ModelAccess models) {
      ClusterAddress cluster = ClusterAddress.from(given.with(address));
      timed(
          "schemas and agent",
          () -> {
            try (Cluster connected = Cluster.connect(cluster)) {
              var schemas =
                  new Bootstrap(cluster.topics(), cluster.pools()).schemas(connected.registry());
              DefaultAgent.publish(connected, models);
              return schemas.size();
            }
          },
          count -> count + " schemas");
    }

    private void awaitReady(List<Check> checks) throws InterruptedException {
      long deadline = System.nanoTime() + READY_LIMIT.toNanos();
      List<String> missing = missing(checks);
      while (!missing.isEmpty()) {
        if (System.nanoTime() > deadline) {
          throw new Trouble(
              ExitCode.UNREACHABLE,
              "the services are not ready after %d s; they wait for: %s. The log in %s says more"
                  .formatted(READY_LIMIT.toSeconds(), String.join("; ", missing), data.path()));
        }
        Thread.sleep(LOOK);
        missing = missing(checks);
      }
    }

    private static List<String> missing(List<Check> checks) {
      return checks.stream().map(Check::waitingFor).flatMap(Optional::stream).toList();
    }

    private <T extends AutoCloseable> T started(
        String name, Callable<T> starter, Function<T, String> detail) {
      return timed(name, () -> parts.add(name, starter.call()), detail);
    }

    private <T> T timed(String name, Callable<T> step, Function<T, String> detail) {
      long start = System.nanoTime();
      try {
        T result = step.call();
        progress.ready(name, Duration.ofNanos(System.nanoTime() - start), detail.apply(result));
        return result;
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new CompletionException(e);
      }
    }

    private static void joined(CompletableFuture<Void> future) {
      try {
        future.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }
  }
}
