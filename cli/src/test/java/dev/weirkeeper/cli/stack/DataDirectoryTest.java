package dev.weirkeeper.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.cli.trouble.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {

  @TempDir Path folder;

  @Test
  void a_directory_belongs_to_one_stack_at_a_time() {
    try (DataDirectory taken = DataDirectory.take(folder)) {
      assertThatThrownBy(() -> DataDirectory.take(folder))
          .isInstanceOf(Trouble.class)
          .hasMessage(
              "a stack already runs on %s (process %d): use it (weir submit, weir run), stop it, or name another directory with --data",
              taken.path(), ProcessHandle.current().pid());
    }
    DataDirectory.take(folder).close();
  }

  @Test
  void another_process_is_kept_out_too() throws Exception {
    DataDirectory.take(folder).close();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Files.writeString(
                        folder.resolve("Hold.java"),
                        """
                        import java.nio.channels.FileChannel;
                        import java.nio.file.*;
                        class Hold {
                          public static void main(String[] a) throws Exception {
                            var channel = FileChannel.open(Path.of(a[0]), StandardOpenOption.WRITE);
                            System.out.println(channel.lock() != null);
                            System.in.read();
                          }
                        }
                        """)
                    .toString(),
                folder.resolve("lock").toString())
            .start();
    try (var lines = other.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("true");
      assertThatThrownBy(() -> DataDirectory.take(folder)).isInstanceOf(Trouble.class);
    } finally {
      other.destroy();
      other.waitFor();
    }
  }

  @Test
  void a_stack_can_be_found_while_it_runs() {
    assertThat(DataDirectory.running(folder)).isEmpty();
    try (DataDirectory taken = DataDirectory.take(folder)) {
      taken.publish(Map.of("kafka.bootstrap.servers", "a:1"));
      assertThat(DataDirectory.running(folder))
          .hasValueSatisfying(
              file -> assertThat(file).content().contains("kafka.bootstrap.servers=a:1\n"));
    }
    assertThat(DataDirectory.running(folder)).isEmpty();
  }

  @Test
  void what_a_killed_run_left_behind_is_no_running_stack() throws IOException {
    Files.writeString(folder.resolve("lock"), "1");
    Files.writeString(folder.resolve("stack.properties"), "kafka.bootstrap.servers=gone:1\n");
    assertThat(DataDirectory.running(folder)).isEmpty();
    try (DataDirectory taken = DataDirectory.take(folder)) {
      assertThat(taken.inside("stack.properties")).doesNotExist();
    }
  }

  @Test
  void a_directory_that_cannot_be_made_is_named() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> DataDirectory.take(file.resolve("below")))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("can't be used")
        .hasMessageContaining("--data");
  }
}
