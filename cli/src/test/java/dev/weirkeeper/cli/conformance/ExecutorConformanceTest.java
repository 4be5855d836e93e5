package dev.weirkeeper.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.command.CommandTree;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.local.postgres.LocalPostgres;
import dev.weirkeeper.local.registry.LocalRegistry;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.trace.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our own executor, in both variants, and the one in examples/javascript-executor. */
class ExecutorConformanceTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static EmbeddedBroker broker;

  @SuppressWarnings("NullAway.Init")
  private static LocalRegistry registry;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(BrokerSettings.in(folder.resolve("broker")));
    registry = LocalRegistry.start(broker.bootstrapServers(), 0);
  }

  @AfterAll
  static void stop() {
    registry.close();
    broker.close();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private static String cluster(String prefix) throws Exception {
    Path file = folder.resolve(prefix + "properties");
    return Files.writeString(
            file,
            """
            kafka.bootstrap.servers=%s
            schema.registry.url=%s
            topics.prefix=%s
            """
                .formatted(broker.bootstrapServers(), registry.url(), prefix))
        .toString();
  }

  private static int weir(StringWriter err, String... arguments) {
    return CommandTree.commands().setErr(new PrintWriter(err)).execute(arguments);
  }

  /** Topics and schemas, as an operator makes them. */
  private static void createTopics(String config) {
    StringWriter err = new StringWriter();
    assertThat(weir(err, "topics", "create", "--config", config, "--partitions", "2"))
        .as(err.toString())
        .isZero();
  }

  private static void conforms(String config, String pool) {
    StringWriter err = new StringWriter();
    assertThat(weir(err, "conformance", "executor", "--config", config, "--pool", pool))
        .as(err.toString())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({"share", "group"})
  void our_own_executor_keeps_the_contract(String delivery) throws Exception {
    String prefix = "own-" + delivery + ".";
    String config = cluster(prefix);
    createTopics(config);
    LocalPostgres postgres = LocalPostgres.ephemeral();
    opened.add(postgres);
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "kafka.bootstrap.servers",
                broker.bootstrapServers(),
                "schema.registry.url",
                registry.url(),
                "topics.prefix",
                prefix,
                "executor.delivery",
                delivery,
                "executor.drain",
                "1s",
                "executor.journal.url",
                postgres.createDatabase("journal")));
    ToolExecutorService executor =
        new ToolExecutorService(
            ExecutorConfig.read(Given.of(settings)),
            List.of(new ConformanceTools()),
            new SimpleMeterRegistry(),
            Tracing.off());
    opened.add(executor);
    executor.start();
    executor.awaitReady(PATIENCE);

    conforms(config, "conformance");
  }

  @Test
  void the_executor_in_javascript_keeps_the_contract() throws Exception {
    Path example = Path.of("..", "examples", "javascript-executor").toAbsolutePath().normalize();
    Assumptions.assumeTrue(program("node"), "skipped: there is no node on the PATH");
    Assumptions.assumeTrue(program("npm"), "skipped: there is no npm on the PATH");
    Path home = Path.of("target", "javascript-executor").toAbsolutePath();
    Files.createDirectories(home);
    for (String file : List.of("package.json", "package-lock.json", "executor.js", "tools.js")) {
      Files.copy(
          example.resolve(file),
          home.resolve(file),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Process npm =
        process(home, "npm.log", Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--silent");
    Assumptions.assumeTrue(
        npm.waitFor(5, TimeUnit.MINUTES) && npm.exitValue() == 0,
        () -> "skipped: npm could not install the packages, see " + home.resolve("npm.log"));

    String config = cluster("js.");
    createTopics(config);
    // A pool's topic is made by whoever looks after the cluster; here the conformance run does it.
    StringWriter nothing = new StringWriter();
    assertThat(
            weir(
                nothing,
                "conformance",
                "executor",
                "--config",
                config,
                "--pool",
                "javascript",
                "--timeout",
                "100ms"))
        .isEqualTo(1);
    Process executor =
        process(
            home,
            "executor.log",
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(),
                "SCHEMA_REGISTRY_URL", registry.url(),
                "WEIRKEEPER_TOPICS_PREFIX", "js."),
            "node",
            "executor.js",
            "tools.js");
    opened.add(executor::destroyForcibly);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertThat(executor.isAlive()).as("see %s", home.resolve("executor.log")).isTrue();
              return Files.readString(home.resolve("executor.log")).contains("serving pool");
            });

    conforms(config, "javascript");
  }

  private static Process process(
      Path home, String log, Map<String, String> environment, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve(log).toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static boolean program(String name) {
    return Stream.of(
            Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator, -1))
        .anyMatch(place -> Files.isExecutable(Path.of(place, name)));
  }
}
