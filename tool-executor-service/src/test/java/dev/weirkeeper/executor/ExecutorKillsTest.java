package dev.weirkeeper.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.local.registry.LocalRegistry;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real executor processes, killed with SIGKILL while they run calls, again and again. The full run:
 *
 * <pre>{@code
 * mvn -pl tool-executor-service -am test -Dtest=ExecutorKillsTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dkills=200 [-Ddelivery=SHARE|GROUP]
 * }</pre>
 */
class ExecutorKillsTest {

  private static final int KILLS = Integer.getInteger("kills", 2);
  private static final int EXECUTORS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** A consumer group notices a kill after ten seconds, and calls wait meanwhile. */
  private static final Duration TIME_TO_RUN = Duration.ofHours(2);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final List<Process> executors = new ArrayList<>();
  private int started;

  @AfterEach
  void stop() {
    executors.forEach(Process::destroyForcibly);
  }

  @ParameterizedTest
  @EnumSource
  void nothing_is_lost_and_nothing_happens_twice(DeliveryMode mode) throws Exception {
    assumeTrue(mode.name().equals(System.getProperty("delivery", mode.name())));
    String database = Backing.newDatabase();
    sql(database, "CREATE TABLE charges (call_id text NOT NULL)");
    try (LocalRegistry registry = LocalRegistry.start(Backing.bootstrapServers(), 0);
        Bench bench = new Bench(mode, registry.url())) {
      bench
          .with("executor.journal.url", database)
          .with("executor.journal.lease", "2s")
          .with("executor.delivery-limit", "25")
          .with("tools.database.url", database)
          .with("http.port", "0")
          .withShareGroup(
              "default",
              Map.of("share.record.lock.duration.ms", "2000", "share.delivery.count.limit", "25"));
      for (int i = 0; i < EXECUTORS; i++) {
        executors.add(launch(bench));
      }
      Random random = new Random(KILLS);
      List<ToolCall> calls = new ArrayList<>();
      for (int kill = 0; kill < KILLS; kill++) {
        List<ToolCall> batch = batch(bench);
        calls.addAll(batch);
        // In the middle of them: some are answered, others not. Those of batches before do not
        // count, or executors would be killed before they have begun.
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  Map<String, Long> answered = bench.answeredAt();
                  return batch.stream().anyMatch(call -> answered.containsKey(call.getCallId()));
                });
        Thread.sleep(random.nextInt(60));
        int victim = random.nextInt(EXECUTORS);
        executors.get(victim).destroyForcibly().waitFor();
        executors.set(victim, launch(bench));
      }
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .until(
              () -> {
                Map<String, Long> answered = bench.answeredAt();
                return calls.stream().allMatch(call -> answered.containsKey(call.getCallId()));
              });
      verify(bench, database, calls);
    }
  }

  private static void verify(Bench bench, String database, List<ToolCall> calls) throws Exception {
    Map<String, Integer> charges =
        counts(database, "SELECT call_id, count(*) FROM charges GROUP BY call_id");
    Map<String, Integer> tickets =
        counts(database, "SELECT title, count(*) FROM tools.tickets GROUP BY title");
    Map<String, List<ToolResult>> results =
        bench.results().stream().collect(Collectors.groupingBy(ToolResult::getCallId));
    int unknown = 0;
    int repeated = 0;
    for (ToolCall call : calls) {
      List<ToolResult> answers = results.getOrDefault(call.getCallId(), List.of());
      assertThat(answers).as("answers to %s", call.getCallId()).isNotEmpty();
      ToolError error = answers.getFirst().getError();
      boolean charge = call.getTool().equals("charge");
      int effects = (charge ? charges : tickets).getOrDefault(call.getCallId(), 0);
      assertThat(effects).as("effects of %s", call.getCallId()).isLessThanOrEqualTo(1);
      if (error == null) {
        assertThat(effects).as("effects of %s, which succeeded", call.getCallId()).isEqualTo(1);
      } else {
        assertThat(charge).as("%s is repeatable and failed: %s", call, error).isTrue();
        assertThat(error.getCode()).isEqualTo(ToolErrorCode.OUTCOME_UNKNOWN);
        unknown++;
      }
      repeated += answers.size() - 1;
    }
    System.out.printf(
        "%d kills, %d calls: 0 lost, 0 effects twice, %d outcome_unknown, %d answered again%n",
        KILLS, calls.size(), unknown, repeated);
  }

  /** Calls of both kinds; a ticket's title is its call, so that it can be told who made it. */
  private static List<ToolCall> batch(Bench bench) {
    List<ToolCall> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ToolCall.Builder call =
          bench.newCall(i % 2 == 0 ? "charge" : "create_or_update_ticket", "{}");
      String arguments = i % 2 == 0 ? "{}" : "{\"title\":\"" + call.getCallId() + "\"}";
      batch.add(
          call.setArguments(arguments)
              .setArgumentsHash(Bench.sha256(arguments))
              .setDeadline(Instant.now().plus(TIME_TO_RUN))
              .build());
    }
    bench.sendAll(batch);
    return batch;
  }

  private Process launch(Bench bench) throws Exception {
    Map<String, String> settings = new HashMap<>(bench.settings());
    Path file = folder.resolve("executor-" + ++started + ".properties");
    Files.write(
        file,
        settings.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toList());
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            KillableExecutor.class.getName(),
            "--config",
            file.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("executor-" + started + ".log").toFile())
        .start();
  }

  private static void sql(String database, String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection(database);
        Statement execute = connection.createStatement()) {
      execute.execute(statement);
    }
  }

  private static Map<String, Integer> counts(String database, String query) throws Exception {
    Map<String, Integer> counts = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(database);
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(query)) {
      while (row.next()) {
        counts.put(row.getString(1), row.getInt(2));
      }
    }
    return counts;
  }
}
