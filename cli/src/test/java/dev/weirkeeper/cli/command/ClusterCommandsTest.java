package dev.weirkeeper.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.command.OnAStack.Commands;
import dev.weirkeeper.cli.command.OnAStack.Ran;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OnAStack.class)
final class ClusterCommandsTest {

  private final Commands commands;

  @TempDir private Path folder;

  ClusterCommandsTest(Commands commands) {
    this.commands = commands;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tools", "agents list", "topics list", "schemas check", "doctor", "approvals"})
  void lists_are_one_object_per_line_as_json(String command) {
    Ran ran = commands.weir((command + " --json").split(" ", -1));

    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.json()).allMatch(line -> line.isObject());
  }

  @Test
  void a_healthy_cluster_passes_the_doctor() {
    Ran ran = commands.weir("doctor");

    assertThat(ran.exit()).as(ran.out()).isZero();
    assertThat(ran.out())
        .contains("ok    transactions: transaction.version 2", "ok    planner: running");
  }

  @Test
  void a_cluster_without_topics_is_told_how_to_get_them() throws IOException {
    Ran ran = commands.elsewhere("doctor", "--config", cluster(Map.of("topics.prefix", "empty.")));

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("wrong topics:", "→ ", "weir topics create");
  }

  @Test
  void without_a_registry_the_doctor_examines_the_rest() throws IOException {
    Ran ran =
        commands.elsewhere(
            "doctor", "--config", cluster(Map.of("schema.registry.url", "http://127.0.0.1:1")));

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("ok    broker:", "wrong ", "127.0.0.1:1");
  }

  @Test
  void an_agent_file_with_a_problem_publishes_nothing() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("agents.yaml"),
            """
            name: fine
            version: "1"
            model: {provider: anthropic_messages, model: claude-sonnet-5-5}
            system_prompt: Answer.
            ---
            name: broken
            version: "1"
            model: {provider: nobody, model: x}
            """);

    Ran ran = commands.weir("agents", "apply", file.toString());

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.err()).startsWith("weir: no agent was published:").contains("nobody");
    assertThat(commands.weir("agents", "list").out()).doesNotContain("fine");
  }

  @Test
  void a_record_that_can_not_be_read_can_be_looked_at_and_tried_again() throws Exception {
    String key = "garbage-" + System.nanoTime();
    produce("agent.tasks", key, "no task");
    Ran list = commands.until(ran -> ran.out().contains(key), "dead-letters", "list", "--json");
    String place =
        list.json().stream()
            .filter(letter -> letter.path("key").stringValue().equals(key))
            .findFirst()
            .orElseThrow()
            .path("place")
            .stringValue();

    Ran shown = commands.weir("dead-letters", "show", place);
    Ran again = commands.weir("dead-letters", "retry", place);

    assertThat(shown.out()).contains("agent.tasks", "key: " + key, "no task");
    assertThat(again.exit()).isZero();
    assertThat(again.out()).startsWith("written to agent.tasks-");
    // Nothing has changed about the record, so it is put aside once more.
    Ran twice =
        commands.until(
            ran -> ran.out().lines().filter(line -> line.contains(key)).count() >= 2,
            "dead-letters",
            "list",
            "--origin",
            "agent.tasks",
            "--json");
    assertThat(twice.out().lines().filter(line -> line.contains(key)).count()).isGreaterThan(1);
  }

  @Test
  void a_dead_letter_that_is_not_there_is_not_found() {
    assertThat(commands.weir("dead-letters", "show", "0:999999").exit()).isEqualTo(4);
    Ran nonsense = commands.weir("dead-letters", "retry", "first");
    assertThat(nonsense.exit()).isEqualTo(2);
    assertThat(nonsense.err()).contains("'first' is no place", "weir dead-letters list");
  }

  @Test
  void the_trail_of_a_session_proves_itself_in_the_store_and_in_a_file() {
    commands.weir("submit", "What is 6 * 7?", "--watch");
    String file = folder.resolve("audit.jsonl").toString();

    Ran store = commands.until(ran -> ran.exit() == 0, "audit", "verify", "--json");
    Ran exported = commands.weir("audit", "export", file);
    Ran verified = commands.weir("audit", "verify", "--file", file);

    assertThat(store.json().getFirst().path("clean").booleanValue()).isTrue();
    assertThat(exported.exit()).isZero();
    assertThat(verified.exit()).as(verified.out() + verified.err()).isZero();
  }

  @Test
  void preparing_a_prepared_cluster_changes_nothing() {
    Ran ran = commands.weir("topics", "create");

    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).startsWith("0 topics created");
  }

  private String cluster(Map<String, String> other) throws IOException {
    Map<String, String> settings = new TreeMap<>(commands.address());
    settings.putAll(other);
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return Files.writeString(folder.resolve("cluster.properties"), text).toString();
  }

  private void produce(String topic, String key, String value)
      throws ExecutionException, InterruptedException {
    String broker = Objects.requireNonNull(commands.address().get("kafka.bootstrap.servers"));
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value.getBytes(StandardCharsets.UTF_8))).get();
    }
  }
}
