package dev.weirkeeper.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.cluster.LeastRights;
import dev.weirkeeper.cli.cluster.LeastRights.Role;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.form.TaskRequest;
import dev.weirkeeper.cli.stack.DefaultAgent;
import dev.weirkeeper.cli.stack.ModelAccess;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.executor.builtin.calculator.CalculatorTool;
import dev.weirkeeper.local.postgres.LocalPostgres;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.operations.cluster.UnfitClusterException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.Verdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Every service with the rights of docs/security.md and no others, over TLS. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class WireSecurityTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration DENIAL = Duration.ofSeconds(30);
  private static final Topics TOPICS = new Topics("agent.");

  /** A pool whose share group nobody prepares. */
  private static final String NEGLECTED = "neglected";

  private final Path data;
  private final SecuredBroker broker;
  private final LocalPostgres postgres;
  private final RehearsalModel model;
  private final Map<String, String> common;

  WireSecurityTest(@TempDir Path data) throws Exception {
    this.data = data;
    this.broker = new SecuredBroker(data.resolve("broker"));
    this.postgres = LocalPostgres.start(data.resolve("postgres"), 0);
    this.model = RehearsalModel.start(RehearsalModel.Settings.defaults());
    String database = postgres.createDatabase("weirkeeper");
    Map<String, String> settings = new HashMap<>();
    settings.put("schema.registry.url", "mock://wire-security");
    settings.put("provider.anthropic.base-url", model.baseUrl().toString());
    settings.put("executor.journal.url", database);
    settings.put("tools.database.url", database);
    settings.put("tools.database.demo-data", "true");
    settings.put("tools.delete-record.tables", "tickets:ticket_id,users:user_id");
    settings.put("audit.postgres.url", database);
    this.common = Map.copyOf(settings);

    LeastRights rights = new LeastRights(TOPICS, List.of(Topics.DEFAULT_POOL));
    for (Role role : Role.values()) {
      broker.admit(
          role.word(),
          rights.of(role).stream()
              .flatMap(right -> right.bindings("User:" + role.word()).stream())
              .toList());
    }
  }

  @AfterAll
  void stop() {
    model.close();
    postgres.close();
    broker.close();
  }

  @Test
  @Order(1)
  void with_passwords_and_the_least_rights_tasks_run_approvals_are_decided_and_all_is_audited()
      throws Exception {
    try (Cluster cluster = connect(broker.withPassword(Role.BOOTSTRAP.word()))) {
      Bootstrap bootstrap = new Bootstrap(TOPICS, List.of(Topics.DEFAULT_POOL));
      assertThat(bootstrap.topics(cluster.admin(), 2, (short) -1).created()).isNotEmpty();
      bootstrap.schemas(cluster.registry());
      assertThat(DefaultAgent.publish(cluster, ModelAccess.REHEARSAL)).isTrue();
    }

    try (SecuredServices services =
            SecuredServices.start(
                role -> broker.withPassword(role.word()), common, data.resolve("planner"));
        Cluster submitter = connect(broker.withPassword(Role.SUBMITTER.word()));
        Cluster approver = connect(broker.withPassword(Role.APPROVER.word()))) {
      await().atMost(LIMIT).until(() -> services.waitingFor().isEmpty());

      Task question = submit(submitter, "What is 2^32, and can you look up user u_001?");
      Task deletion = submit(submitter, "Delete user u_002.");
      approve(approver, deletion);

      List<TaskResult> results = results(Role.SUBMITTER, List.of(question, deletion));
      assertThat(results)
          .extracting(TaskResult::getStatus)
          .containsOnly(TaskStatus.COMPLETE)
          .hasSize(2);
      assertThat(results).anySatisfy(result -> assertThat(result.getText()).contains("4294967296"));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> assertThat(audited(question, deletion)).containsOnly("complete").hasSize(2));
    }
  }

  @Test
  @Order(2)
  void with_certificates_the_same_rights_do_and_settings_that_may_not_be_read_are_only_warned_of()
      throws Exception {
    broker
        .admin()
        .deleteAcls(
            new LeastRights(TOPICS, List.of(Topics.DEFAULT_POOL))
                .of(Role.TOOL_EXECUTOR).stream()
                    .flatMap(right -> right.bindings("User:tool-executor").stream())
                    .filter(acl -> acl.entry().operation() == AclOperation.DESCRIBE_CONFIGS)
                    .map(acl -> acl.toFilter())
                    .toList())
        .all()
        .get();

    try (SecuredServices services =
            SecuredServices.start(
                role -> broker.withCertificate(role.word()), common, data.resolve("planner"));
        Cluster operator = connect(broker.withCertificate(Role.OPERATOR.word()))) {
      await().atMost(LIMIT).until(() -> services.waitingFor().isEmpty());

      Task task = submit(operator, "What is (17 * 23 - 4) / 3?");

      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(values(operator, TOPICS.results(), task.getSessionId()))
                      .singleElement()
                      .satisfies(result -> assertThat(result.getText()).contains("129")));
    }
  }

  @Test
  @Order(3)
  void an_executor_that_may_not_set_its_share_group_up_refuses_one_at_kafkas_defaults()
      throws Exception {
    LeastRights rights = new LeastRights(TOPICS, List.of(NEGLECTED));
    broker
        .admin()
        .createTopics(List.of(TOPICS.toolCalls(NEGLECTED).newTopic(1, (short) 1)))
        .all()
        .get();
    broker
        .admin()
        .createAcls(
            rights.of(Role.TOOL_EXECUTOR).stream()
                .flatMap(right -> right.bindings("User:tool-executor").stream())
                .toList())
        .all()
        .get();
    Map<String, String> given =
        SecuredServices.given(broker.withPassword(Role.TOOL_EXECUTOR.word()), common);
    given.put("executor.pools", NEGLECTED);
    Given settings = Given.of(given);

    try (ToolExecutorService executor =
        new ToolExecutorService(
            ExecutorConfig.from(
                Settings.read(
                    ExecutorConfig.CATALOGUE.and(
                        dev.weirkeeper.executor.builtin.BuiltinTools.CATALOGUE),
                    settings)),
            List.of(new CalculatorTool()),
            new SimpleMeterRegistry(),
            Tracing.off())) {
      executor.start();
      await().atMost(LIMIT).until(() -> executor.failure().isPresent());

      assertThat(executor.failure().orElseThrow())
          .isInstanceOf(UnfitClusterException.class)
          .hasMessageContaining("share.auto.offset.reset is latest, must be earliest")
          .hasMessageContaining("kafka-configs.sh --bootstrap-server")
          .hasMessageContaining("--group agent.executors." + NEGLECTED);
    }
  }

  @TestFactory
  @Order(4)
  Stream<DynamicTest> what_is_not_granted_is_denied() {
    return Stream.of(
            writing(Role.SUBMITTER, TOPICS.results()),
            writing(Role.SUBMITTER, TOPICS.controls()),
            writing(Role.SUBMITTER, TOPICS.approvalDecisions()),
            writing(Role.SUBMITTER, TOPICS.definitions()),
            writing(Role.SUBMITTER, TOPICS.tools()),
            reading(Role.SUBMITTER, TOPICS.tasks()),
            reading(Role.SUBMITTER, TOPICS.events()),
            reading(Role.SUBMITTER, TOPICS.approvalRequests()),
            joining(Role.SUBMITTER, TOPICS.results(), TOPICS.auditGroup()),
            writing(Role.TOOL_EXECUTOR, TOPICS.results()),
            writing(Role.TOOL_EXECUTOR, TOPICS.approvalDecisions()),
            writing(Role.TOOL_EXECUTOR, TOPICS.toolCalls(Topics.DEFAULT_POOL)),
            writing(Role.TOOL_EXECUTOR, TOPICS.events()),
            reading(Role.TOOL_EXECUTOR, TOPICS.tasks()),
            reading(Role.TOOL_EXECUTOR, TOPICS.modelReplies()),
            sharing(Role.TOOL_EXECUTOR, "agent.executors.of-somebody-else"),
            new Attempt(
                "tool-executor sets its share group up",
                () -> alterGroup(Role.TOOL_EXECUTOR, TOPICS.executorGroup(Topics.DEFAULT_POOL))),
            new Attempt(
                "tool-executor writes as the planner",
                () -> beginTransaction(Role.TOOL_EXECUTOR, TOPICS.plannerApplication() + "-x-1")),
            writing(Role.PLANNER, TOPICS.definitions()),
            writing(Role.PLANNER, TOPICS.tools()),
            writing(Role.PLANNER, TOPICS.auditRoots()),
            reading(Role.PLANNER, TOPICS.deadLetters()),
            new Attempt(
                "planner deletes its log", () -> delete(Role.PLANNER, TOPICS.events().name())),
            writing(Role.AUDIT_SINK, TOPICS.events()),
            writing(Role.AUDIT_SINK, TOPICS.results()),
            writing(Role.AUDIT_SINK, TOPICS.approvalDecisions()),
            writing(Role.AUDIT_SINK, TOPICS.ledgerAdjustments()),
            writing(Role.APPROVER, TOPICS.tasks()),
            reading(Role.APPROVER, TOPICS.results()),
            writing(Role.CONSOLE, TOPICS.tasks()),
            writing(Role.BOOTSTRAP, TOPICS.tasks()),
            reading(Role.BOOTSTRAP, TOPICS.results()),
            new Attempt(
                "bootstrap deletes a topic", () -> delete(Role.BOOTSTRAP, TOPICS.tasks().name())),
            new Attempt(
                "bootstrap creates a topic of another system",
                () -> create(Role.BOOTSTRAP, "payments")),
            writing(Role.OPERATOR, TOPICS.events()),
            writing(Role.OPERATOR, TOPICS.definitions()),
            new Attempt(
                "operator grants itself rights",
                () ->
                    with(
                        Role.OPERATOR,
                        admin ->
                            admin
                                .createAcls(
                                    new LeastRights(TOPICS, List.of(Topics.DEFAULT_POOL))
                                        .of(Role.PLANNER)
                                        .getFirst()
                                        .bindings("User:operator"))
                                .all()
                                .get())))
        .map(
            attempt ->
                DynamicTest.dynamicTest(
                    attempt.what(),
                    () ->
                        assertThat(root(catchThrowable(attempt.action()::run)))
                            .isInstanceOf(AuthorizationException.class)));
  }

  @Test
  @Order(5)
  void who_is_not_known_is_not_let_in() {
    assertThatThrownBy(() -> ask(broker.withPassword("planner", "guessed")))
        .hasCauseInstanceOf(SaslAuthenticationException.class);
    assertThatThrownBy(() -> ask(broker.withPassword("stranger", "guessed")))
        .hasCauseInstanceOf(SaslAuthenticationException.class);
    assertThatThrownBy(() -> ask(broker.withoutCertificate()))
        .hasCauseInstanceOf(SslAuthenticationException.class);
    assertThatThrownBy(
            () -> ask(broker.withCertificate("planner", SecuredBroker.authority("another"))))
        .hasCauseInstanceOf(SslAuthenticationException.class);
  }

  /** Something that must be denied. */
  private record Attempt(String what, Action action) {}

  private interface Action {
    void run() throws Exception;
  }

  private interface AdminAction {
    void run(Admin admin) throws Exception;
  }

  private Attempt writing(Role role, Topic<?> topic) {
    return new Attempt(
        role.word() + " writes " + topic.name(),
        () -> {
          try (KafkaProducer<byte[], byte[]> producer =
              new KafkaProducer<>(
                  client(role), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic.name(), new byte[1], new byte[1])).get();
          }
        });
  }

  private Attempt reading(Role role, Topic<?> topic) {
    return new Attempt(
        role.word() + " reads " + topic.name(),
        () -> {
          try (KafkaConsumer<byte[], byte[]> consumer = consumer(role, Optional.empty())) {
            TopicPartition first = new TopicPartition(topic.name(), 0);
            consumer.assign(List.of(first));
            consumer.seekToBeginning(List.of(first));
            poll(consumer::poll);
          }
        });
  }

  private Attempt joining(Role role, Topic<?> topic, String group) {
    return new Attempt(
        role.word() + " joins " + group,
        () -> {
          try (KafkaConsumer<byte[], byte[]> consumer = consumer(role, Optional.of(group))) {
            consumer.subscribe(List.of(topic.name()));
            poll(consumer::poll);
          }
        });
  }

  private Attempt sharing(Role role, String group) {
    return new Attempt(
        role.word() + " joins share group " + group,
        () -> {
          Map<String, Object> config = client(role);
          config.put("group.id", group);
          try (KafkaShareConsumer<byte[], byte[]> consumer =
              new KafkaShareConsumer<>(
                  config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(TOPICS.toolCalls(Topics.DEFAULT_POOL).name()));
            poll(consumer::poll);
          }
        });
  }

  private interface Poll {
    Object once(Duration wait);
  }

  /** Polls until the denial is thrown; what is never thrown fails the caller. */
  private static void poll(Poll poll) {
    long end = System.nanoTime() + DENIAL.toNanos();
    while (System.nanoTime() < end) {
      poll.once(Duration.ofMillis(100));
    }
  }

  private void alterGroup(Role role, String group) throws Exception {
    with(
        role,
        admin ->
            admin
                .incrementalAlterConfigs(
                    Map.of(
                        new ConfigResource(ConfigResource.Type.GROUP, group),
                        List.of(
                            new AlterConfigOp(
                                new ConfigEntry("share.isolation.level", "read_uncommitted"),
                                AlterConfigOp.OpType.SET))))
                .all()
                .get());
  }

  private void beginTransaction(Role role, String id) {
    Map<String, Object> config = client(role);
    config.put("transactional.id", id);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
    }
  }

  private void delete(Role role, String topic) throws Exception {
    with(role, admin -> admin.deleteTopics(List.of(topic)).all().get());
  }

  private void create(Role role, String topic) throws Exception {
    with(role, admin -> admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get());
  }

  private void with(Role role, AdminAction action) throws Exception {
    try (Admin admin = Admin.create(client(role))) {
      action.run(admin);
    }
  }

  private static void ask(Map<String, String> client)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(client))) {
      admin.describeCluster().nodes().get();
    }
  }

  private Map<String, Object> client(Role role) {
    Map<String, Object> config = new HashMap<>(broker.withPassword(role.word()));
    config.put("max.block.ms", DENIAL.toMillis());
    return config;
  }

  private KafkaConsumer<byte[], byte[]> consumer(Role role, Optional<String> group) {
    Map<String, Object> config = client(role);
    group.ifPresent(id -> config.put("group.id", id));
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Throwable root(Throwable thrown) {
    Throwable at = Objects.requireNonNull(thrown, "nothing was thrown: it was let through");
    while (at.getCause() != null && !(at instanceof AuthorizationException)) {
      at = at.getCause();
    }
    return at;
  }

  private Cluster connect(Map<String, String> client) throws InterruptedException {
    return Cluster.connect(
        ClusterAddress.from(
            Given.of(
                SecuredServices.given(
                    client, Map.of("schema.registry.url", "mock://wire-security")))));
  }

  private static Task submit(Cluster cluster, String text) throws InterruptedException {
    Task task = TaskRequest.of(text).toTask(Instant.now());
    cluster.write(TOPICS.tasks(), List.of(new Cluster.Keyed<>(task.getSessionId(), task)));
    return task;
  }

  private static void approve(Cluster approver, Task task) throws InterruptedException {
    List<ApprovalRequest> requests = new ArrayList<>();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                requests.addAll(values(approver, TOPICS.approvalRequests(), task.getSessionId())));
    ApprovalRequest request = requests.getFirst();
    approver.write(
        TOPICS.approvalDecisions(),
        List.of(
            new Cluster.Keyed<>(
                request.getSessionId(),
                ApprovalDecision.newBuilder()
                    .setDecisionId("d-" + task.getTaskId())
                    .setCallId(request.getCallId())
                    .setSessionId(request.getSessionId())
                    .setArgumentsHash(request.getArgumentsHash())
                    .setVerdict(Verdict.APPROVE)
                    .setText("")
                    .setDecidedBy("approver")
                    .setDecidedAt(Instant.now())
                    .build())));
  }

  /** As a program of the submitter's reads them: in a group of its own. */
  private List<TaskResult> results(Role role, List<Task> tasks) {
    Map<String, Object> config = client(role);
    config.put("group.id", "my-app-results");
    config.put("auto.offset.reset", "earliest");
    config.put("isolation.level", "read_committed");
    config.put("schema.registry.url", "mock://wire-security");
    List<String> open = new ArrayList<>(tasks.stream().map(Task::getTaskId).toList());
    List<TaskResult> results = new ArrayList<>();
    try (KafkaConsumer<String, TaskResult> consumer =
        new KafkaConsumer<>(
            config, new StringDeserializer(), new AvroDeserializer<>(TaskResult.class, config))) {
      consumer.subscribe(List.of(TOPICS.results().name()));
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!open.isEmpty() && System.nanoTime() < end) {
        for (ConsumerRecord<String, TaskResult> record : consumer.poll(Duration.ofMillis(100))) {
          if (open.remove(record.value().getTaskId())) {
            results.add(record.value());
          }
        }
      }
    }
    assertThat(open).as("tasks without a result").isEmpty();
    return results;
  }

  private static <T extends org.apache.avro.specific.SpecificRecord> List<T> values(
      Cluster cluster, Topic<T> topic, String session) {
    List<T> values = new ArrayList<>();
    new TopicScan(cluster)
        .values(topic, Optional.of(session), read -> read.value().ifPresent(values::add));
    return values;
  }

  private List<String> audited(Task... tasks) throws Exception {
    List<String> statuses = new ArrayList<>();
    try (var connection =
            DriverManager.getConnection(Objects.requireNonNull(common.get("audit.postgres.url")));
        var query =
            connection.prepareStatement(
                "SELECT status FROM audit.task WHERE task_id = ? AND status IS NOT NULL")) {
      for (Task task : tasks) {
        query.setString(1, task.getTaskId());
        try (var rows = query.executeQuery()) {
          while (rows.next()) {
            statuses.add(rows.getString(1));
          }
        }
      }
    }
    return statuses;
  }
}
