package dev.weirkeeper.system.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.system.process.ServerProcess.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerProcessTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path directory;

  /** Says that it is there, and stays; dies at a fail-point if one is armed. */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) throws InterruptedException, IOException {
      Path there = Path.of(arguments[0]);
      Files.writeString(there, Long.toString(ProcessHandle.current().pid()));
      for (long beat = 0; ; beat++) {
        FailPoint.reached("sleeper.beat");
        Files.writeString(there.resolveSibling(there.getFileName() + ".beat"), "" + beat);
        if (new CountDownLatch(1).await(10, java.util.concurrent.TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    }
  }

  /** Starts two sleepers, pauses one, says so, and stays. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws InterruptedException {
      Path directory = Path.of(arguments[0]);
      ServerProcess running = sleeper("running", directory);
      ServerProcess paused = sleeper("paused", directory);
      running.start();
      paused.start();
      running.awaitReady(SOON);
      paused.awaitReady(SOON);
      paused.pause();
      System.out.println(running.pid().orElseThrow() + " " + paused.pid().orElseThrow());
      new CountDownLatch(1).await();
    }
  }

  private static ServerProcess sleeper(String name, Path directory) {
    Path there = directory.resolve(name + ".pid");
    return new ServerProcess(
        name,
        new Program(Jvm.quick("32m"), Sleeper.class.getName(), true, List.of(there.toString())),
        () -> Files.exists(there) ? Optional.empty() : Optional.of("its file"),
        directory,
        true);
  }

  @Test
  void a_process_is_killed_and_started_again() throws Exception {
    try (ServerProcess process = sleeper("again", directory)) {
      process.start();
      process.awaitReady(SOON);
      long first = process.pid().orElseThrow();

      process.kill();

      assertThat(process.alive()).isFalse();
      assertThat(process.exit()).contains(128 + 9);
      process.start();
      process.awaitReady(SOON);
      assertThat(process.pid().orElseThrow()).isNotEqualTo(first);
      assertThat(process.starts()).isEqualTo(2);
    }
  }

  @Test
  void a_paused_process_stands_still_and_goes_on() throws Exception {
    try (ServerProcess process = sleeper("still", directory)) {
      process.start();
      process.awaitReady(SOON);
      Path beat = directory.resolve("still.pid.beat");
      await().atMost(SOON).until(() -> Files.exists(beat));

      process.pause();
      String before = Files.readString(beat);
      Thread.sleep(200);

      assertThat(Files.readString(beat)).isEqualTo(before);
      process.resume();
      await().atMost(SOON).until(() -> !Files.readString(beat).equals(before));
    }
  }

  @Test
  void a_process_with_an_armed_fail_point_ends_there() throws Exception {
    try (ServerProcess process = sleeper("armed", directory)) {
      process.start();
      process.awaitReady(SOON);

      process.arm("sleeper.beat:2");

      assertThat(process.awaitExit(SOON)).contains(FailPoint.EXIT);
    }
  }

  @Test
  void one_that_does_not_come_up_is_reported_with_the_end_of_its_log() throws Exception {
    try (ServerProcess process =
        new ServerProcess(
            "wrong",
            new Program(Jvm.quick("32m"), "no.such.Main", true, List.of()),
            () -> Optional.of("a miracle"),
            directory,
            false)) {
      process.start();

      assertThatThrownBy(() -> process.awaitReady(SOON))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("wrong is not ready: it ended with 1")
          .hasMessageContaining("no.such.Main");
    }
  }

  @Test
  void all_processes_end_when_the_one_that_started_them_is_killed() throws Exception {
    List<String> command = new ArrayList<>(Jvm.quick("64m").command());
    command.addAll(List.of(Parent.class.getName(), directory.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectError(directory.resolve("parent.err").toFile());
    Process parent = builder.start();
    List<ProcessHandle> children = new ArrayList<>();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      String pids = Objects.requireNonNull(said.readLine(), this::errors);
      for (String pid : pids.split(" ", -1)) {
        children.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
      }
    } finally {
      parent.destroyForcibly();
    }

    await().atMost(SOON).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  private String errors() {
    try {
      return Files.readString(directory.resolve("parent.err"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
