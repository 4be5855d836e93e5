package dev.weirkeeper.operations.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class LogConfigTest {

  @TempDir Path folder;

  @AfterEach
  void back_to_the_terminal() {
    given(Map.of());
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
    given(Map.of("log.file", file.toString()));
    LoggerFactory.getLogger("org.apache.kafka.clients").info("chatter");
    LoggerFactory.getLogger("org.apache.kafka.clients").warn("trouble");
    assertThat(Files.readAllLines(file)).hasSize(1).first().asString().contains("trouble");
  }

  private List<String> logged(String format) throws Exception {
    Path file = folder.resolve(format + ".log");
    given(Map.of("log.format", format, "log.file", file.toString(), "log.level", "warn"));
    LoggerFactory.getLogger("our").info("not this");
    LoggerFactory.getLogger("our").warn("said {}", 1);
    return Files.readAllLines(file);
  }

  private static void given(Map<String, String> keys) {
    LogConfig.from(Settings.read(LogConfig.CATALOGUE, Given.of(keys))).apply();
  }
}
