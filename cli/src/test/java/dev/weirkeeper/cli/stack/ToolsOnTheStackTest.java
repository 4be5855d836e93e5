package dev.weirkeeper.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.command.CommandTree;
import dev.weirkeeper.operations.config.Given;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
  void tools_are_listed_with_their_pools_and_who_serves_them() {
    String listed = weir("tools", "--data", data.toString());

    assertThat(listed)
        .contains("ask_human")
        .contains("asks a person")
        .containsPattern("default +4 +share +executor-");
    assertThat(weir("tools", "--json", "--data", data.toString()))
        .contains("\"group\":\"SHARE\"")
        .contains("\"version\":\"");
  }
}
