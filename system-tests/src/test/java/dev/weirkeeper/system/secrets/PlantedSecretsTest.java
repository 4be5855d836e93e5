package dev.weirkeeper.system.secrets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.local.rehearsal.Scenario;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.log.LogConfig;
import dev.weirkeeper.operations.log.LogFormat;
import dev.weirkeeper.operations.log.LogLevel;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.provider.ProviderSettings;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.Task;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * S7: secrets of every kind are put into settings, prompts, arguments, results, headers, reasons
 * and records nobody can read; sessions run on the whole stack; then every topic, every table, the
 * log, the metrics and {@code /info} are searched for them.
 *
 * <p>Out of reach are only the records that users wrote themselves: those stand on {@code
 * agent.tasks} and {@code agent.controls} as they were written.
 */
final class PlantedSecretsTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String LOGBACK_SETTINGS = "logback.configurationFile";
  private static final String JSON_BODY =
      """
      latency: 0ms
      tasks:
        - task: search and tell
          user: "search for (\\\\S+)"
          steps:
            - say: "I search; by the way, %s"
              calls:
                - {tool: search_documents, input: {query: "{{1}}"}}
            - say: "I found {{search_documents}} and %s"
      """;

  private final PlantedSecrets planted = new PlantedSecrets();

  @Test
  void S7_50_planted_secrets_are_found_in_no_topic_table_log_metric_or_answer(@TempDir Path home)
      throws Exception {
    String config = planted.opaque();
    String apiKey = "sk-ant-api03-" + planted.opaque();
    List<String> inTasks = planted.ofEveryKind();
    List<String> inDocuments = planted.ofEveryKind();
    List<String> inHeaders = planted.ofEveryKind();
    List<String> inGarbage = planted.ofEveryKind();
    List<String> inReplies = planted.ofEveryKind();
    assertThat(planted.all()).hasSizeGreaterThanOrEqualTo(50);

    Path documents = Files.createDirectories(home.resolve("documents"));
    Files.writeString(
        documents.resolve("handbook.md"),
        "# Handbook\n\nHow to reach lighthouse.\n\n" + String.join("\n\n", inDocuments) + "\n");
    Path log = home.resolve("stack.log");
    Redaction known = Redaction.byForm().knowing(List.of(config, apiKey));
    logTo(log, known);
    Scenario scenario =
        Scenario.parse(
            JSON_BODY.formatted(
                inReplies.get(0), inReplies.get(1).replace("\"", "'").replace("\n", " ")),
            "planted.yaml");
    try (RehearsalModel model =
            RehearsalModel.start(RehearsalModel.Settings.defaults().withScenario(scenario));
        LocalStack stack =
            LocalStack.start(
                home.resolve("data"),
                Given.from(java.util.Optional.empty(), Map.of())
                    .with(
                        Map.of(
                            ProviderSettings.ANTHROPIC_API_KEY.key(),
                            apiKey,
                            ProviderSettings.ANTHROPIC_BASE_URL.key(),
                            model.baseUrl().toString(),
                            "audit.postgres.password",
                            config,
                            "tools.documents.folder",
                            documents.toString())),
                (name, took, detail) -> {})) {
      run(stack, inTasks, inHeaders, inGarbage);

      Map<String, String> found = new HashMap<>();
      search(found, "log", Files.readString(log));
      topics(stack, found);
      tables(stack, found);
      answers(stack, found);
      assertThat(found).as("secret: where it was found").isEmpty();
    }
  }

  /** As a service does it: the settings that the build gives all tests count for nothing here. */
  private static void logTo(Path log, Redaction known) {
    String ofTheBuild = System.clearProperty(LOGBACK_SETTINGS);
    new LogConfig(LogFormat.TEXT, LogLevel.DEBUG, LogLevel.WARN, log.toString()).apply(known);
    if (ofTheBuild != null) {
      System.setProperty(LOGBACK_SETTINGS, ofTheBuild);
    }
  }

  @AfterEach
  void logAsOtherTestsDo() throws JoranException {
    LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    logging.reset();
    new ContextInitializer(logging).autoConfig();
  }

  private void run(
      LocalStack stack, List<String> inTasks, List<String> inHeaders, List<String> inGarbage)
      throws InterruptedException, SQLException {
    ClusterAddress address = ClusterAddress.from(given(stack));
    Topics topics = address.topics();
    try (Cluster cluster = Cluster.connect(address);
        AvroSerializer<SpecificRecord> avro = new AvroSerializer<>(address.connection().serde())) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = 0; i < inTasks.size(); i++) {
        String session = "secret-" + i;
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(
                topics.tasks().name(),
                session.getBytes(UTF_8),
                avro.serialize(
                    topics.tasks().name(),
                    Task.newBuilder()
                        .setTaskId("t")
                        .setSessionId(session)
                        .setText(inTasks.get(i) + "\nsearch for lighthouse")
                        .setMetadata(Map.of("note", inTasks.get((i + 1) % inTasks.size())))
                        .setSubmittedAt(Instant.now())
                        .build()));
        record.headers().add("x-user", inHeaders.get(i).getBytes(UTF_8));
        records.add(record);
        records.add(
            new ProducerRecord<>(
                topics.tasks().name(), session.getBytes(UTF_8), inGarbage.get(i).getBytes(UTF_8)));
        records.add(
            new ProducerRecord<>(
                topics.controls().name(),
                session.getBytes(UTF_8),
                avro.serialize(
                    topics.controls().name(),
                    Control.newBuilder()
                        .setControlId("c" + i)
                        .setSessionId(session)
                        .setTaskId("another")
                        .setKind(ControlKind.CANCEL)
                        .setReason("because " + inTasks.get(i))
                        .setRequestedAt(Instant.now())
                        .build())));
      }
      cluster.write(records);
    }
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () ->
                number(stack, "SELECT count(*) FROM audit.task WHERE results > 0")
                    >= inTasks.size());
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () ->
                number(
                        stack,
                        "SELECT count(*) FROM audit.dead_letter WHERE reported_by IS NOT NULL")
                    >= inTasks.size());
    assertThat(number(stack, "SELECT count(*) FROM audit.task WHERE status = 'complete'"))
        .isEqualTo(inTasks.size());
  }

  private static Given given(LocalStack stack) {
    return Given.from(java.util.Optional.empty(), Map.of()).with(stack.address());
  }

  private static long number(LocalStack stack, String sql) throws SQLException {
    try (java.sql.Connection connection = DriverManager.getConnection(url(stack));
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static String url(LocalStack stack) {
    return Objects.requireNonNull(stack.address().get("audit.postgres.url"));
  }

  private void search(Map<String, String> found, String where, String text) {
    planted
        .all()
        .forEach(
            (core, whole) -> {
              if (text.contains(core)) {
                found.merge(whole, where, (a, b) -> a.contains(b) ? a : a + ", " + b);
              }
            });
  }

  /** Every topic there is, Kafka's own and the state stores' changelogs included. */
  private void topics(LocalStack stack, Map<String, String> found) {
    Connection connection = ClusterAddress.from(given(stack)).connection();
    Topics topics = new Topics(connection.topicPrefix());
    Set<String> users = Set.of(topics.tasks().name(), topics.controls().name());
    Map<String, Object> keys = connection.consumer();
    keys.put("enable.auto.commit", false);
    keys.put("auto.offset.reset", "earliest");
    keys.put("exclude.internal.topics", false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            keys,
            new org.apache.kafka.common.serialization.ByteArrayDeserializer(),
            new org.apache.kafka.common.serialization.ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      consumer
          .listTopics()
          .forEach(
              (topic, partitions) ->
                  partitions.forEach(p -> all.add(new TopicPartition(topic, p.partition()))));
      assertThat(all).extracting(TopicPartition::topic).anyMatch(t -> t.endsWith("-changelog"));
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (!users.contains(record.topic())) {
            search(found, "topic " + record.topic(), text(record.value()));
            for (Header header : record.headers()) {
              search(found, "header on " + record.topic(), text(header.value()));
            }
          }
        }
      }
    }
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, ISO_8859_1);
  }

  /** Every table of every schema, bytes as the text in them. */
  private void tables(LocalStack stack, Map<String, String> found) throws SQLException {
    try (java.sql.Connection connection = DriverManager.getConnection(url(stack));
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery(
              "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                  + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")) {
        while (row.next()) {
          tables.add(row.getString(1));
        }
      }
      assertThat(tables).contains("audit.log", "executor.journal");
      for (String table : tables) {
        try (ResultSet row = statement.executeQuery("SELECT * FROM " + table)) {
          int columns = row.getMetaData().getColumnCount();
          while (row.next()) {
            for (int i = 1; i <= columns; i++) {
              Object value = row.getObject(i);
              search(
                  found,
                  "table " + table,
                  value instanceof byte[] bytes
                      ? new String(bytes, ISO_8859_1)
                      : String.valueOf(
                          value instanceof java.sql.Array array
                              ? Arrays.deepToString((Object[]) array.getArray())
                              : value));
            }
          }
        }
      }
    }
  }

  private void answers(LocalStack stack, Map<String, String> found)
      throws IOException, InterruptedException {
    String port = stack.address().get("stack.http-port");
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (String path : List.of("/metrics", "/info", "/health/ready", "/health/live")) {
        HttpResponse<String> answer =
            http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        search(found, path, answer.body());
      }
    }
  }
}
