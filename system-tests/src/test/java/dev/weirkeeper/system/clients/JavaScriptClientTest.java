package dev.weirkeeper.system.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.system.stack.StackForTests;
import dev.weirkeeper.system.stack.WithStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code examples/javascript-client}, with ordinary packages from npm. */
@WithStack
final class JavaScriptClientTest {

  private static final Path EXAMPLE = Path.of("..", "examples", "javascript-client");
  private static final Duration INSTALL = Duration.ofMinutes(5);
  private static final Duration RUN = Duration.ofMinutes(3);

  private final StackForTests stack;

  JavaScriptClientTest(StackForTests stack) {
    this.stack = stack;
  }

  @BeforeAll
  static void install() throws InterruptedException {
    NpmPackages.install(EXAMPLE, INSTALL);
  }

  @Test
  void produces_a_task_in_avro_and_reads_its_result() throws Exception {
    Program program = ask("What is 2^32, and can you look up user u_001?");

    assertThat(program.status()).as(program.toString()).isZero();
    JsonNode result = JsonMapper.shared().readTree(program.out());
    assertThat(result.path("status").stringValue()).isEqualTo("COMPLETE");
    assertThat(result.path("text").stringValue()).contains("4294967296", "Mara Lindqvist");
    assertThat(result.path("tool_calls").path("calculator").intValue()).isEqualTo(1);
    assertThat(result.path("cost_usd").doubleValue()).isPositive();
  }

  @Test
  void produces_a_task_as_plain_json_and_reads_its_result() throws Exception {
    Program program = ask("--json", "What is (17 * 23 - 4) / 3?");

    assertThat(program.status()).as(program.toString()).isZero();
    JsonNode result = JsonMapper.shared().readTree(program.out());
    assertThat(result.path("text").stringValue()).contains("129");
  }

  private Program ask(String... arguments) throws InterruptedException {
    String[] line = new String[arguments.length + 2];
    line[0] = "node";
    line[1] = "ask.js";
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    return Program.run(
        EXAMPLE,
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", stack.bootstrapServers(),
            "SCHEMA_REGISTRY_URL", stack.registryUrl()),
        "",
        RUN,
        line);
  }
}
