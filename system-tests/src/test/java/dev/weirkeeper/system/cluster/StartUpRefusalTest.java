package dev.weirkeeper.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.audit.AuditSinkConfig;
import dev.weirkeeper.audit.AuditSinkService;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.executor.builtin.calculator.CalculatorTool;
import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.operations.cluster.ClusterFitness;
import dev.weirkeeper.operations.cluster.ShareGroups;
import dev.weirkeeper.operations.cluster.UnfitClusterException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.PlannerConfig;
import dev.weirkeeper.planner.PlannerService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A cluster as an upgrade leaves it: new brokers, features still at their old levels. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StartUpRefusalTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String GROUP = "agent.executors.default";

  private final Path data;
  private final EmbeddedBroker broker;
  private final Admin admin;

  StartUpRefusalTest(@TempDir Path data) {
    this.data = data;
    this.broker =
        EmbeddedBroker.start(
            BrokerSettings.in(data.resolve("broker"))
                .withFeature("transaction.version", 1)
                .withFeature("share.version", 0)
                .with("group.share.max.partition.max.record.locks", "4000"));
    this.admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  @AfterAll
  void stop() {
    admin.close();
    broker.close();
  }

  @Test
  @Order(1)
  void a_planner_refuses_old_transactions_and_names_the_command() {
    PlannerConfig config = PlannerConfig.from(Settings.read(PlannerConfig.CATALOGUE, given()));

    assertThatThrownBy(
            () -> PlannerService.start(config, new SimpleMeterRegistry(), Tracing.off()).close())
        .isInstanceOf(UnfitClusterException.class)
        .hasMessageContaining("transaction.version=1, needed is 2")
        .hasMessageContaining(upgrade("transaction.version=2"));
  }

  @Test
  @Order(1)
  void an_executor_refuses_them_too_and_a_cluster_without_share_groups() throws Exception {
    try (ToolExecutorService executor = executor()) {
      executor.start();
      await().atMost(LIMIT).until(() -> executor.failure().isPresent());

      assertThat(executor.failure().orElseThrow())
          .isInstanceOf(UnfitClusterException.class)
          .hasMessageContaining(upgrade("transaction.version=2"))
          .hasMessageContaining("share.version=0, needed is 1")
          .hasMessageContaining(upgrade("share.version=1"));
    }
  }

  @Test
  @Order(1)
  void an_audit_sink_refuses_old_transactions_and_names_the_command() {
    AuditSinkConfig config = AuditSinkConfig.from(given());
    try (AuditSinkService sink = AuditSinkService.start(config, new SimpleMeterRegistry())) {
      await().atMost(LIMIT).until(() -> failure(sink).isPresent());

      assertThat(failure(sink).orElseThrow())
          .contains("transaction.version=1", upgrade("transaction.version=2"));
    }
  }

  @Test
  @Order(2)
  void after_the_commands_the_cluster_is_fit_but_for_a_share_group_at_its_defaults()
      throws Exception {
    upgradeTo("transaction.version", 2);
    upgradeTo("share.version", 1);
    ClusterFitness fitness = new ClusterFitness(admin, broker.bootstrapServers());

    fitness.requireTransactions();
    assertThatThrownBy(() -> fitness.requireShareGroups(List.of(GROUP)))
        .isInstanceOf(UnfitClusterException.class)
        .hasMessageContaining("share.auto.offset.reset is latest, must be earliest")
        .hasMessageContaining("share.isolation.level is read_uncommitted, must be read_committed")
        .hasMessageContaining(
            "kafka-configs.sh --bootstrap-server %s --alter --group %s --add-config %s"
                .formatted(broker.bootstrapServers(), GROUP, ShareGroups.required()));

    ShareGroups.prepare(admin, GROUP);
    await().atMost(LIMIT).until(() -> fitness.shareGroup(GROUP).isEmpty());
    fitness.requireShareGroups(List.of(GROUP));
  }

  @Test
  @Order(3)
  void a_share_group_gets_as_much_room_for_long_calls_as_the_brokers_allow() throws Exception {
    ShareGroups.prepare(admin, GROUP);

    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
    Config config =
        Objects.requireNonNull(admin.describeConfigs(List.of(group)).all().get().get(group));
    assertThat(config.get("share.partition.max.record.locks").value()).isEqualTo("4000");
  }

  private String upgrade(String feature) {
    return "kafka-features.sh --bootstrap-server %s upgrade --feature %s"
        .formatted(broker.bootstrapServers(), feature);
  }

  /** What the command does. */
  private void upgradeTo(String feature, int level) throws Exception {
    admin
        .updateFeatures(
            Map.of(feature, new FeatureUpdate((short) level, UpgradeType.UPGRADE)),
            new UpdateFeaturesOptions())
        .all()
        .get();
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              FinalizedVersionRange range =
                  admin.describeFeatures().featureMetadata().get().finalizedFeatures().get(feature);
              return range != null && range.maxVersionLevel() == level;
            });
  }

  private Given given() {
    Map<String, String> keys = new HashMap<>();
    keys.put("kafka.bootstrap.servers", broker.bootstrapServers());
    keys.put("schema.registry.url", "mock://refusal");
    keys.put("planner.state-directory", data.resolve("planner").toString());
    keys.put("audit.postgres.url", "jdbc:postgresql://127.0.0.1:1/never-reached");
    return Given.of(keys);
  }

  private ToolExecutorService executor() {
    return new ToolExecutorService(
        ExecutorConfig.read(given()),
        List.of(new CalculatorTool()),
        new SimpleMeterRegistry(),
        Tracing.off());
  }

  private static Optional<String> failure(AuditSinkService sink) {
    return sink.live().stream()
        .map(check -> check.waitingFor())
        .flatMap(Optional::stream)
        .findFirst();
  }
}
