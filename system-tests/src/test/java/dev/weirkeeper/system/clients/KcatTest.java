package dev.weirkeeper.system.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.system.stack.StackForTests;
import dev.weirkeeper.system.stack.WithStack;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** kcat writes JSON tasks and reads the topics; the commands are those of docs/clients.md. */
@WithStack
final class KcatTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final StackForTests stack;

  KcatTest(StackForTests stack) {
    this.stack = stack;
  }

  @Test
  void a_task_of_one_line_of_json_has_its_result_on_the_topic() throws Exception {
    produce("kcat-1", "{\"task_id\":\"t1\",\"session_id\":\"kcat-1\",\"text\":\"What is 6 * 7?\"}");

    try (Cluster cluster = stack.connect()) {
      List<TaskResult> results = new ArrayList<>();
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                results.clear();
                new TopicScan(cluster)
                    .values(
                        cluster.topics().results(),
                        Optional.of("kcat-1"),
                        read -> read.value().ifPresent(results::add));
                return !results.isEmpty();
              });
      assertThat(results)
          .singleElement()
          .satisfies(
              result -> {
                assertThat(result.getStatus()).isEqualTo(TaskStatus.COMPLETE);
                assertThat(result.getText()).contains("42");
              });
    }

    String lines =
        kcat(
                "-C",
                "-t",
                "agent.results",
                "-e",
                "-q",
                "-f",
                "%k %p %o %S\\n",
                "-X",
                "isolation.level=read_committed")
            .out();
    assertThat(lines).containsPattern("(?m)^kcat-1 \\d+ \\d+ \\d+$");
  }

  @Test
  void json_that_is_no_task_is_a_dead_letter_that_says_everything_that_is_wrong() throws Exception {
    produce(
        "kcat-2",
        "{\"task_id\":7,\"session_id\":\"kcat-2\",\"limits\":{\"max_steps\":\"many\"},\"txt\":\"\"}");

    assertThat(reasonOf("kcat-2"))
        .contains(
            "task_id must be a text, is 7",
            "text is missing",
            "unknown field txt",
            "limit max_steps must be a whole number");
  }

  @Test
  void what_is_no_json_is_a_dead_letter_that_says_so() throws Exception {
    produce("kcat-3", "What is 6 * 7?");

    assertThat(reasonOf("kcat-3")).containsIgnoringCase("json");
  }

  private void produce(String key, String line) throws InterruptedException {
    Program program =
        Program.run(
            Path.of("."),
            Map.of(),
            line + "\n",
            LIMIT,
            "kcat",
            "-b",
            stack.bootstrapServers(),
            "-P",
            "-t",
            "agent.tasks",
            "-k",
            key,
            "-H",
            "content-type=application/json");
    assertThat(program.status()).as(program.toString()).isZero();
  }

  private Program kcat(String... arguments) throws InterruptedException {
    List<String> line = new ArrayList<>(List.of("kcat", "-b", stack.bootstrapServers()));
    line.addAll(List.of(arguments));
    return Program.run(Path.of("."), Map.of(), "", LIMIT, line.toArray(String[]::new));
  }

  private String reasonOf(String key) throws InterruptedException {
    try (Cluster cluster = stack.connect()) {
      List<String> reasons = new ArrayList<>();
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                reasons.clear();
                new TopicScan(cluster)
                    .records(
                        cluster.topics().deadLetters().name(),
                        Optional.of(key),
                        record ->
                            DeadLetter.of(record.headers())
                                .ifPresent(letter -> reasons.add(letter.reason())));
                return !reasons.isEmpty();
              });
      return String.join("\n", reasons);
    }
  }
}
