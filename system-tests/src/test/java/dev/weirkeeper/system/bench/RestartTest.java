package dev.weirkeeper.system.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.planner.PlannerConfig.Guarantee;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRule;
import dev.weirkeeper.wire.RuleAction;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.Verdict;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stack that is stopped with sessions that wait for a person, and started again on its data. For
 * the numbers:
 *
 * <pre>{@code
 * mvn -pl system-tests -am test -Dtest=RestartTest -Dopen.sessions=10000 \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class RestartTest {

  private static final int OPEN = Integer.getInteger("open.sessions", 20);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String ASKING = "asking";
  private static final String FIRST = "open-0";

  private static final String STATUS =
      "SELECT coalesce(status, '') FROM task WHERE session_id = '" + FIRST + "'";

  private static final Workload ONE_CALL = new Workload(1, 1, 0, 1, 0, Duration.ZERO);

  @TempDir Path data;

  @Test
  void sessions_that_wait_for_a_person_go_on() throws Exception {
    BenchPlan plan =
        new BenchPlan(
            ONE_CALL,
            Guarantee.EXACTLY_ONCE,
            DeliveryMode.SHARE,
            1,
            false,
            Optional.empty(),
            false,
            false,
            Optional.empty(),
            data,
            Map.of());
    try (ModelProcess model = ModelProcess.of(plan)) {
      try (BenchStack stack = BenchStack.start(plan, model.url());
          SessionDriver driver = new SessionDriver(stack.cluster());
          Database store = Database.open(stack.cluster().address().auditStore())) {
        Bench.probe(driver);
        open(stack.cluster());
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(500))
            .until(() -> number(store, "SELECT count(*) FROM approval") == OPEN);
      }

      long start = System.nanoTime();
      try (BenchStack stack = BenchStack.start(plan, model.url());
          Database store = Database.open(stack.cluster().address().auditStore())) {
        double started = seconds(start);
        approve(stack.cluster(), request(store, "call_id"), request(store, "arguments_hash"));
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> !text(store, STATUS).isEmpty());
        System.out.printf(
            Locale.ROOT,
            "%d open sessions: started after %.1f s, one that was approved then had its result"
                + " stored after %.1f s%n",
            OPEN,
            started,
            seconds(start));

        assertThat(text(store, STATUS)).isEqualTo("complete");
        assertThat(number(store, "SELECT count(*) FROM task WHERE status IS NULL"))
            .as("those nobody approved still wait")
            .isEqualTo(OPEN - 1);
      }
    }
  }

  private static void open(Cluster cluster) throws InterruptedException {
    AgentDefinition asking =
        AgentDefinition.newBuilder(BenchAgent.of(ONE_CALL))
            .setName(ASKING)
            .setApprovalRules(
                List.of(
                    ApprovalRule.newBuilder()
                        .setId("every-call")
                        .setTool(EchoTool.NAME)
                        .setAction(RuleAction.ASK)
                        .build()))
            .build();
    cluster.write(cluster.topics().definitions(), List.of(new Cluster.Keyed<>(ASKING, asking)));
    cluster.write(
        cluster.topics().tasks(),
        IntStream.range(0, OPEN)
            .mapToObj(i -> "open-" + i)
            .map(session -> new Cluster.Keyed<>(session, task(session)))
            .toList());
  }

  private static Task task(String session) {
    return Task.newBuilder()
        .setTaskId(session + "-task")
        .setSessionId(session)
        .setText("Make the call, please.")
        .setAgent(ASKING)
        .setSubmittedAt(Instant.now())
        .build();
  }

  private static void approve(Cluster cluster, String call, String hash)
      throws InterruptedException {
    ApprovalDecision yes =
        ApprovalDecision.newBuilder()
            .setDecisionId("decision-1")
            .setCallId(call)
            .setSessionId(FIRST)
            .setArgumentsHash(hash)
            .setVerdict(Verdict.APPROVE)
            .setDecidedBy("alice")
            .setDecidedAt(Instant.now())
            .build();
    cluster.write(cluster.topics().approvalDecisions(), List.of(new Cluster.Keyed<>(FIRST, yes)));
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static String request(Database store, String column) throws SQLException {
    return text(store, "SELECT " + column + " FROM approval WHERE session_id = '" + FIRST + "'");
  }

  private static long number(Database store, String sql) throws SQLException {
    return Long.parseLong(text(store, sql));
  }

  private static String text(Database store, String sql) throws SQLException {
    try (var connection = store.connection();
        var statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
