package dev.weirkeeper.operations.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.redaction.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogConfigTest {

  @TempDir Path folder;

  private final LoggerContext context = new LoggerContext();

  LogConfigTest() {
    context.setMDCAdapter(new LogbackMDCAdapter());
  }

  @AfterEach
  void close_files() {
    context.stop();
  }

  @Test
  void lines_for_people_carry_level_logger_and_message() throws Exception {
    assertThat(logged("text")).hasSize(1).first().asString().contains("WARN", "our", "said 1");
  }

  @Test
  void lines_for_collectors_are_one_json_object_each() throws Exception {
    assertThat(logged("json"))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("{")
        .endsWith("}")
        .contains("\"level\":\"WARN\"", "\"formattedMessage\":\"said 1\"");
  }

  @Test
  void the_information_of_kafkas_libraries_is_left_out() throws Exception {
    Path file = folder.resolve("kafka.log");
    given(Map.of("log.to", file.toString()));
    context.getLogger("org.apache.kafka.clients").info("chatter");
    context.getLogger("org.apache.kafka.clients").warn("trouble");
    assertThat(Files.readAllLines(file)).hasSize(1).first().asString().contains("trouble");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void no_secret_is_in_a_line_be_it_in_message_argument_or_exception(String format)
      throws Exception {
    Path file = folder.resolve(format + ".log");
    given(Map.of("log.format", format, "log.to", file.toString()));
    context
        .getLogger("our")
        .warn(
            "sk-ant-api03-AbCdEf0123456789 and {}",
            "Bearer abc.def.ghi-jkl1",
            new IllegalStateException("very-own-secret", new IOException("password=hunter2")));

    assertThat(Files.readString(file))
        .contains("[redacted:provider-key]", "IllegalStateException", "IOException")
        .doesNotContain("AbCdEf0123456789", "ghi-jkl1", "very-own-secret", "hunter2");
  }

  private List<String> logged(String format) throws Exception {
    Path file = folder.resolve(format + ".log");
    given(Map.of("log.format", format, "log.to", file.toString(), "log.level", "warn"));
    context.getLogger("our").info("not this");
    context.getLogger("our").warn("said {}", 1);
    return Files.readAllLines(file);
  }

  private void given(Map<String, String> keys) {
    StartupLogging.configure(
        context,
        LogConfig.from(Settings.read(LogConfig.CATALOGUE, Given.of(keys))),
        Redaction.byForm().knowing(List.of("very-own-secret")));
  }
}
