package dev.weirkeeper.system.process;

import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.cluster.Definitions;
import dev.weirkeeper.cli.form.AgentFile;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.planner.provider.ProviderSettings;
import dev.weirkeeper.system.process.ServerProcess.Probe;
import dev.weirkeeper.system.process.ServerProcess.Program;
import dev.weirkeeper.system.process.StackPlan.Kind;
import dev.weirkeeper.system.proxy.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running stack of processes. Commands and tests reach it directly, services through proxies if
 * the plan says so. Thread-safe.
 */
public final class ProcessStack implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessStack.class);
  private static final Duration START = Duration.ofMinutes(10);
  private static final Duration DEATH = Duration.ofSeconds(20);
  private static final String DATABASE = "weirkeeper";
  private static final String KAFKA = "kafka";
  private static final String POSTGRES = "postgres";
  private static final String REGISTRY = "registry";
  private static final String MODEL = "model";
  private static final short ONE_COPY = 1;

  private final StackPlan plan;
  private final Map<String, TcpProxy> proxies = new ConcurrentHashMap<>();
  private final int brokerPort = Ports.free();
  private final int registryPort = Ports.free();
  private final int postgresPort = Ports.free();
  private final int modelPort = Ports.free();
  private final ServerProcess broker;
  private final ServerProcess registry;
  private final ServerProcess postgres;
  private final Optional<ServerProcess> model;
  private final List<ServerProcess> planners = new CopyOnWriteArrayList<>();
  private final List<ServerProcess> executors = new CopyOnWriteArrayList<>();
  private final List<ServerProcess> sinks = new CopyOnWriteArrayList<>();
  private final Map<ServerProcess, String> health = new ConcurrentHashMap<>();

  private ProcessStack(StackPlan plan) {
    this.plan = plan;
    this.broker =
        server(KAFKA, Kind.BROKER, BrokerMain.class, brokerArguments(), Probes.kafka(brokerPort));
    this.registry =
        server(
            REGISTRY,
            Kind.REGISTRY,
            RegistryMain.class,
            List.of(direct(brokerPort), Integer.toString(registryPort)),
            Probes.http("http://" + direct(registryPort) + "/subjects"));
    this.postgres =
        new ServerProcess(
            POSTGRES,
            new Program(
                plan.jvm(Kind.POSTGRES),
                PostgresMain.class.getName(),
                false,
                List.of(
                    plan.data().resolve(POSTGRES).toString(),
                    Integer.toString(postgresPort),
                    DATABASE)),
            Probes.postgres(databaseUrl()),
            plan.data(),
            false);
    this.model =
        plan.model() instanceof ModelServer.Elsewhere
            ? Optional.empty()
            : Optional.of(
                server(
                    MODEL,
                    Kind.MODEL,
                    ModelMain.class,
                    plan.model().arguments(modelPort, charges()),
                    Probes.http("http://" + direct(modelPort) + "/rehearsal/usage")));
  }

  /**
   * Starts everything and returns when tasks can be produced.
   *
   * @throws IllegalStateException if a process did not come up, with the end of its log; everything
   *     started until then has been stopped
   */
  public static ProcessStack start(StackPlan plan) throws InterruptedException {
    ProcessStack stack = new ProcessStack(plan);
    try {
      stack.start();
      return stack;
    } catch (RuntimeException | InterruptedException e) {
      stack.close();
      throw e;
    }
  }

  private void start() throws InterruptedException {
    postgres.start();
    broker.start();
    model.ifPresent(ServerProcess::start);
    broker.awaitReady(START);
    registry.start();
    try (Cluster cluster = Cluster.connect(address())) {
      new Bootstrap(cluster.topics(), cluster.address().pools())
          .topics(cluster.admin(), plan.scale().partitions(), ONE_COPY);
      registry.awaitReady(START);
      new Bootstrap(cluster.topics(), cluster.address().pools()).schemas(cluster.registry());
      publishAgents(cluster);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics could not be created: " + e.getMessage(), e);
    }
    postgres.awaitReady(START);
    for (int i = 0; i < plan.scale().sinks(); i++) {
      addSink().start();
    }
    for (int i = 0; i < plan.scale().executors(); i++) {
      addExecutor().start();
    }
    for (int i = 0; i < plan.scale().planners(); i++) {
      addPlanner().start();
    }
    for (ServerProcess server : all()) {
      server.awaitReady(START);
    }
    LOG.info("a stack of {} processes runs on {}", all().size(), plan.data());
  }

  private void publishAgents(Cluster cluster) throws InterruptedException {
    if (plan.agents().isBlank()) {
      return;
    }
    AgentFile.Contents contents = AgentFile.read(plan.agents());
    if (!contents.problems().isEmpty()) {
      throw new IllegalArgumentException("the agents are wrong: " + contents.problems());
    }
    Definitions.publish(cluster, contents.agents());
  }

  // Servers

  /** The broker. */
  public ServerProcess broker() {
    return broker;
  }

  /** The schema registry. */
  public ServerProcess registry() {
    return registry;
  }

  /** The minder of PostgreSQL; see {@link #killPostgres}. */
  public ServerProcess postgres() {
    return postgres;
  }

  /** The model server, if it is one of the stack. */
  public Optional<ServerProcess> model() {
    return model;
  }

  /** Every planner there ever was. */
  public List<ServerProcess> planners() {
    return planners;
  }

  /** Every executor there ever was. */
  public List<ServerProcess> executors() {
    return executors;
  }

  /** Every sink there ever was. */
  public List<ServerProcess> sinks() {
    return sinks;
  }

  /** Everything, in the order of starting. */
  public List<ServerProcess> all() {
    List<ServerProcess> all = new ArrayList<>(List.of(postgres, broker));
    model.ifPresent(all::add);
    all.add(registry);
    all.addAll(sinks);
    all.addAll(executors);
    all.addAll(planners);
    return all;
  }

  /** Where a service answers probes and tells its metrics: {@code http://host:port}. */
  public URI health(ServerProcess service) {
    String address = health.get(service);
    if (address == null) {
      throw new IllegalArgumentException(service.name() + " answers no probes");
    }
    return URI.create(address);
  }

  /** Kills the PostgreSQL server itself, and whoever minds it, so that it can be started again. */
  public void killPostgres() throws InterruptedException {
    Path pid = plan.data().resolve(POSTGRES).resolve("cluster").resolve("postmaster.pid");
    try {
      long server = Long.parseLong(Files.readAllLines(pid).getFirst().strip());
      Optional<ProcessHandle> postmaster = ProcessHandle.of(server);
      postmaster.ifPresent(ProcessHandle::destroyForcibly);
      if (postmaster.isPresent()) {
        postmaster.get().onExit().get(DEATH.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not run", e);
    } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("PostgreSQL does not die", e);
    }
    postgres.kill();
  }

  /** One more planner, not started yet. */
  public synchronized ServerProcess addPlanner() {
    String name = "planner-" + (planners.size() + 1);
    Map<String, String> settings = connection("planner");
    settings.put("planner.instance", name);
    settings.put("planner.state-directory", plan.data().resolve(name).toString());
    settings.put(
        ProviderSettings.ANTHROPIC_BASE_URL.key(),
        plan.model() instanceof ModelServer.Elsewhere(URI baseUrl)
            ? baseUrl.toString()
            : "http://" + through("planner-" + MODEL, modelPort));
    ServerProcess planner =
        service(name, Kind.PLANNER, dev.weirkeeper.planner.Main.class.getName(), settings);
    planners.add(planner);
    return planner;
  }

  /** One more executor, not started yet. */
  public synchronized ServerProcess addExecutor() {
    String name = "executor-" + (executors.size() + 1);
    Map<String, String> settings = connection("executor");
    String database = databaseUrl(through("executor-" + POSTGRES, postgresPort));
    settings.put("executor.id", name);
    settings.put("executor.journal.url", database);
    ServerProcess executor = service(name, Kind.EXECUTOR, plan.executorMain(), settings);
    executors.add(executor);
    return executor;
  }

  /** One more audit sink, not started yet. */
  public synchronized ServerProcess addSink() {
    String name = "sink-" + (sinks.size() + 1);
    Map<String, String> settings = connection("sink");
    settings.put("audit.instance", name);
    settings.put("audit.postgres.url", databaseUrl(through("sink-" + POSTGRES, postgresPort)));
    // Several sinks on one machine can't share the console's port.
    settings.put("console.enabled", "false");
    ServerProcess sink =
        service(name, Kind.SINK, dev.weirkeeper.audit.Main.class.getName(), settings);
    sinks.add(sink);
    return sink;
  }

  // Addresses

  /** How to reach it, past all proxies. */
  public ClusterAddress address() {
    return ClusterAddress.from(
        Given.of(
            Map.of(
                "kafka.bootstrap.servers", direct(brokerPort),
                "schema.registry.url", "http://" + direct(registryPort),
                "audit.postgres.url", databaseUrl())));
  }

  /** JDBC address of the database, past all proxies. */
  public String databaseUrl() {
    return databaseUrl(direct(postgresPort));
  }

  /** What the model server charged, one JSON object a line. */
  public Path charges() {
    return plan.data().resolve("charges.jsonl");
  }

  /** What the model server counts by itself, in JSON. */
  public URI modelUsage() {
    return URI.create("http://" + direct(modelPort) + "/rehearsal/usage");
  }

  /** Where everything is kept. */
  public Path data() {
    return plan.data();
  }

  /**
   * The proxies, by who talks to whom: {@code planner-kafka}, {@code executor-postgres}. None
   * without proxies in the plan.
   */
  public Map<String, TcpProxy> proxies() {
    return Map.copyOf(proxies);
  }

  /** Ends every process. The data stays. */
  @Override
  public void close() {
    for (ServerProcess server : all().reversed()) {
      server.close();
    }
    proxies.values().forEach(TcpProxy::close);
  }

  // How they are made

  private static String direct(int port) {
    return "127.0.0.1:" + port;
  }

  private static String databaseUrl(String at) {
    return "jdbc:postgresql://" + at + "/" + DATABASE + "?user=postgres";
  }

  /** Address of a server for those who may have to go through a proxy. */
  private String through(String link, int port) {
    return plan.proxied()
        ? direct(proxies.computeIfAbsent(link, name -> TcpProxy.start(name, 0, port)).port())
        : direct(port);
  }

  /** Kafka sends clients on to addresses it names, so each link has a listener of its own. */
  private List<String> brokerArguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(plan.data().resolve(KAFKA).toString());
    arguments.add(Integer.toString(brokerPort));
    if (plan.proxied()) {
      for (String who : List.of("planner", "executor", "sink")) {
        int port = Ports.free();
        String link = who + "-" + KAFKA;
        TcpProxy proxy = TcpProxy.start(link, 0, port);
        proxies.put(link, proxy);
        arguments.add(who.toUpperCase(java.util.Locale.ROOT) + ":" + port + ":" + proxy.port());
      }
    }
    plan.settings(Kind.BROKER).forEach((key, value) -> arguments.add(key + "=" + value));
    return arguments;
  }

  private ServerProcess server(
      String name, Kind kind, Class<?> main, List<String> arguments, Probe probe) {
    return new ServerProcess(
        name,
        new Program(plan.jvm(kind), main.getName(), true, arguments),
        probe,
        plan.data(),
        false);
  }

  private Map<String, String> connection(String who) {
    Map<String, String> settings = new TreeMap<>();
    TcpProxy kafka = proxies.get(who + "-" + KAFKA);
    settings.put("kafka.bootstrap.servers", direct(kafka == null ? brokerPort : kafka.port()));
    settings.put("schema.registry.url", "http://" + through("services-" + REGISTRY, registryPort));
    return settings;
  }

  private ServerProcess service(String name, Kind kind, String main, Map<String, String> settings) {
    int port = Ports.free();
    settings.put("http.port", Integer.toString(port));
    String database =
        kind == Kind.EXECUTOR
            ? databaseUrl(through("executor-" + POSTGRES, postgresPort))
            : databaseUrl();
    plan.settings(kind)
        .forEach((key, value) -> settings.put(key, value.replace("{postgres}", database)));
    Path file = plan.data().resolve("settings").resolve(name + ".properties");
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the settings of " + name, e);
    }
    String address = "http://" + direct(port);
    ServerProcess service =
        new ServerProcess(
            name,
            new Program(plan.jvm(kind), main, true, List.of("--config", file.toString())),
            Probes.http(address + "/health/ready"),
            plan.data(),
            plan.failPoints());
    health.put(service, address);
    return service;
  }
}
