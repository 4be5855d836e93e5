package dev.weirkeeper.operations.failpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FailPointTest {

  /** Reaches a point three times and says so each time; run as a process of its own. */
  static final class Walker {
    private Walker() {}

    public static void main(String[] arguments) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown")));
      for (int step = 1; step <= 3; step++) {
        FailPoint.reached("walker.step");
        FailPoint.reached("walker.other");
        System.out.println("step " + step);
      }
    }
  }

  @Test
  void a_process_dies_at_the_hit_it_was_told_without_running_its_shutdown_hooks() throws Exception {
    Walk walk = walk("-D" + FailPoint.PROPERTY + "=walker.step:3");

    assertThat(walk.exit).isEqualTo(FailPoint.EXIT);
    assertThat(walk.said).isEqualToIgnoringNewLines("step 1step 2");
  }

  @Test
  void what_is_not_armed_goes_on() throws Exception {
    Walk walk = walk("-Dnothing=armed");

    assertThat(walk.exit).isZero();
    assertThat(walk.said).isEqualToIgnoringNewLines("step 1step 2step 3shutdown");
  }

  @Test
  void a_file_may_say_later_what_is_armed(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("armed");
    FailPoint.Arms arms = Objects.requireNonNull(FailPoint.Arms.of("@" + file));
    assertThat(arms.armed()).isEmpty();

    Files.writeString(file, "walker.step:2");

    assertThat(arms.armed().orElseThrow().diesAt("walker.step")).isFalse();
    assertThat(arms.armed().orElseThrow().diesAt("walker.step")).isTrue();
    Files.delete(file);
    assertThat(arms.armed()).isEmpty();
  }

  @Test
  void it_may_linger_before_it_dies() {
    FailPoint.Armed armed = FailPoint.Armed.parse("planner.decided:2:25");

    assertThat(armed.lingerMillis).isEqualTo(25);
    assertThat(armed.diesAt("planner.decided")).isFalse();
    assertThat(armed.diesAt("planner.committed")).isFalse();
    assertThat(armed.diesAt("planner.decided")).isTrue();
    assertThat(armed.diesAt("planner.decided")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"planner", "planner.decided:0", "planner.decided:x", "planner.decided:1:"})
  void a_property_of_another_form_is_refused(String text) {
    assertThatThrownBy(() -> FailPoint.Armed.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  private record Walk(int exit, String said) {}

  private static Walk walk(String option) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-cp",
                System.getProperty("java.class.path"),
                Walker.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Walk(process.exitValue(), said);
  }
}
