package dev.weirkeeper.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.command.CommandTree;
import dev.weirkeeper.operations.config.Given;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole stack in this process, used as people use it: by commands. */
class ToolsOnTheStackTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final PrintStream OUT = System.out;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path data;

  @SuppressWarnings("NullAway.Init")
  private static LocalStack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = LocalStack.start(data, Given.of(Map.of()), (part, took, detail) -> {});
  }

  @AfterAll
  static void stop() {
    System.setOut(OUT);
    stack.close();
  }

  /** What a command prints; it must succeed. */
  private static String weir(String... arguments) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int code = CommandTree.commands().execute(arguments);
      String text = printed.toString(StandardCharsets.UTF_8);
      assertThat(code).as(text).isZero();
      return text;
    } finally {
      System.setOut(OUT);
    }
  }

  @Test
  void a_question_of_an_agent_waits_for_a_person_whose_answer_is_its_result() throws Exception {
    String at = data.toString();
    weir("submit", "Ask a person: may I?", "--session", "q1", "--data", at);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> weir("approvals", "--json", "--data", at).contains("\"ask_human\""));

    String waiting = weir("approvals", "--json", "--data", at);
    assertThat(waiting).contains("\"kind\":\"question\"").contains("may I?");
    weir("answer", "q1/1/0", "Yes, you may.", "--data", at);

    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> weir("show", "q1", "--data", at).contains("The answer is: Yes, you may."));
    assertThat(weir("approvals", "--data", at)).contains("nothing waits for a person");
  }

  @Test
  void what_a_model_says_is_on_the_stream_of_pieces() throws Exception {
    weir("submit", "What is 6 * 7?", "--session", "said", "--watch", "--data", data.toString());

    Path running = DataDirectory.running(data).orElseThrow();
    try (Cluster cluster =
        Cluster.connect(ClusterAddress.from(Given.from(Optional.of(running), Map.of())))) {
      StringBuilder said = new StringBuilder();
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                said.setLength(0);
                new TopicScan(cluster)
                    .values(
                        cluster.topics().stream(),
                        Optional.of("said"),
                        read -> read.value().ifPresent(delta -> said.append(delta.getText())));
                assertThat(said.toString()).contains("42");
              });
    }
  }

  @Test
  void tools_are_listed_with_their_pools_and_who_serves_them() {
    String listed = weir("tools", "--data", data.toString());

    assertThat(listed)
        .contains("ask_human")
        .contains("asks a person")
        .containsPattern("default +2 +share +executor-");
    assertThat(weir("tools", "--json", "--data", data.toString()))
        .contains("\"group\":\"SHARE\"")
        .contains("\"version\":\"");
  }
}
