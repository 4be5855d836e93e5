package dev.weirkeeper.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.command.CommandTree;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolCall;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Forks of sessions on the whole stack, made and followed by the command. */
class ForkOnTheStackTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final PrintStream OUT = System.out;
  private static final JsonMapper JSON = JsonMapper.shared();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path data;

  @SuppressWarnings("NullAway.Init")
  private static LocalStack stack;

  private record Ran(int code, String text) {
    JsonNode last() {
      return JSON.readTree(text.strip().lines().toList().getLast());
    }
  }

  @BeforeAll
  static void start() throws Exception {
    stack = LocalStack.start(data, Given.of(Map.of()), (part, took, detail) -> {});
  }

  @AfterAll
  static void stop() {
    System.setOut(OUT);
    stack.close();
  }

  private static Ran weir(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int code = CommandTree.commands().execute(all.toArray(String[]::new));
      return new Ran(code, printed.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(OUT);
    }
  }

  private static List<ToolCall> toolCalls(String session) throws InterruptedException {
    List<ToolCall> calls = new ArrayList<>();
    Path running = DataDirectory.running(data).orElseThrow();
    try (Cluster cluster =
        Cluster.connect(ClusterAddress.from(Given.from(Optional.of(running), Map.of())))) {
      new TopicScan(cluster)
          .values(
              cluster.topics().toolCalls(Topics.DEFAULT_POOL),
              Optional.of(session),
              read -> read.value().ifPresent(calls::add));
    }
    return calls;
  }

  @Test
  void what_was_done_is_not_done_again_and_the_difference_is_shown() throws Exception {
    weir("submit", "Count to ten, one step at a time.", "--session", "ten", "--watch");

    Ran ran =
        weir(
            "fork",
            "ten",
            "--at",
            "11",
            "--as",
            "ten again",
            "--model",
            "claude-sonnet-4-5",
            "--system",
            "Count slowly.",
            "--json");

    assertThat(ran.code()).as(ran.text()).isZero();
    JsonNode compared = ran.last();
    assertThat(compared.at("/fork/status").asString()).isEqualTo("complete");
    assertThat(compared.at("/fork/model").asString()).isEqualTo("claude-sonnet-4-5");
    assertThat(compared.at("/original/steps").asInt()).isEqualTo(11);
    assertThat(compared.at("/fork/steps").asInt()).isEqualTo(11);
    assertThat(compared.at("/steps_more").asInt()).isZero();
    assertThat(compared.at("/fork/course")).isEqualTo(compared.at("/original/course"));
    assertThat(compared.at("/cost_more_usd").asString()).doesNotStartWith("-");
    assertThat(toolCalls("ten again"))
        .extracting(ToolCall::getArguments)
        .containsExactly(
            "{\"expression\":\"5 + 1\"}",
            "{\"expression\":\"6 + 1\"}",
            "{\"expression\":\"7 + 1\"}",
            "{\"expression\":\"8 + 1\"}",
            "{\"expression\":\"9 + 1\"}");
    assertThat(weir("show", "ten again").text()).contains("goes on from event 11 of session ten");
    assertThat(weir("replay", "ten again").text()).contains("decisions are the same");
    assertThat(weir("fork", "ten", "--at", "11").text())
        .containsPattern("steps +11 +11 +\\+0")
        .contains("calls");
  }

  @Test
  void what_is_destructive_waits_for_a_person_again() throws Exception {
    weir("submit", "Delete ticket t_1.", "--session", "gone");
    decide("approve", "gone/1/0");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> weir("show", "gone").text().contains("complete"));

    Ran ran = weir("fork", "gone", "--at", "2", "--as", "gone again", "--timeout", "1s", "--json");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.last().at("/fork/status").asString()).isEqualTo("under way");
    decide("reject", "gone again/1/0");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> weir("show", "gone again").text().contains("complete"));
    assertThat(weir("show", "gone again").text()).contains("rejected");
    assertThat(toolCalls("gone")).hasSize(1);
    assertThat(toolCalls("gone again")).isEmpty();
  }

  private static void decide(String verdict, String call) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> weir("approvals", "--json").text().contains('"' + call + '"'));
    assertThat(weir(verdict, call).code()).isZero();
  }

  @Test
  void what_can_not_be_forked_is_said_in_words() {
    weir("submit", "What is 6 * 7?", "--session", "short", "--watch");

    assertThat(weir("fork", "nobody", "--at", "1").code()).isEqualTo(4);
    assertThat(weir("fork", "short", "--at", "99").code()).isEqualTo(4);
    assertThat(weir("fork", "short", "--at", "1", "--provider", "openai_responses").code())
        .isEqualTo(2);
    assertThat(weir("fork", "short", "--at", "1", "--max-cost", "0").code()).isEqualTo(2);
    Ran taken = weir("fork", "short", "--at", "1", "--as", "short", "--json");
    assertThat(taken.code()).isEqualTo(1);
    assertThat(taken.text()).contains("fork into a new one");
  }

  @Test
  void an_ended_session_can_be_continued_in_another() {
    weir("submit", "What is 6 * 7?", "--session", "asked", "--watch");
    long last =
        weir("show", "asked", "--json").text().lines().filter(l -> l.contains("\"type\"")).count();

    Ran ran = weir("fork", "asked", "--at", String.valueOf(last), "--as", "asked too", "--json");

    assertThat(ran.code()).as(ran.text()).isZero();
    assertThat(ran.last().path("ready").asBoolean()).isTrue();
    assertThat(weir("submit", "And 7 * 8?", "--session", "asked too", "--watch").text())
        .contains("56");
  }

  @Test
  void every_version_of_an_agent_that_was_applied_can_be_named() throws Exception {
    Path file = data.resolve("agents.yaml");
    for (String version : List.of("1", "2")) {
      Files.writeString(
          file,
          """
          name: clerk
          version: "%s"
          model: {provider: anthropic_messages, model: claude-haiku-4-5}
          tools: [calculator]
          """
              .formatted(version));
      assertThat(weir("agents", "apply", file.toString()).code()).isZero();
    }
    Path tasks = data.resolve("tasks.jsonl");
    Files.writeString(
        tasks,
        """
        {"task": "What is 6 * 7?", "session": "old", "agent": "clerk", "agent_version": "1"}
        {"task": "What is 6 * 7?", "session": "new", "agent": "clerk"}
        """);

    Ran ran = weir("run", tasks.toString(), "--json");

    assertThat(ran.code()).as(ran.text()).isZero();
    assertThat(ran.text().lines().map(JSON::readTree).toList())
        .extracting(
            answer ->
                answer.path("session_id").asString() + answer.path("agent_version").asString())
        .containsExactlyInAnyOrder("old1", "new2");
    assertThat(weir("agents", "list").text()).containsOnlyOnce("clerk");
  }
}
