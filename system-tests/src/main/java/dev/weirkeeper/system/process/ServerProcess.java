package dev.weirkeeper.system.process;

import dev.weirkeeper.operations.failpoint.FailPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that runs as a child process and can be started again after it ended, on the same data
 * and the same port. What it prints goes to one file, start after start. Thread-safe.
 */
public final class ServerProcess implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
  private static final Duration DEATH = Duration.ofSeconds(20);
  private static final Pattern OURS =
      Pattern.compile("WEIRKEEPER_|KAFKA_|SCHEMA_REGISTRY|ANTHROPIC_|OPENAI_|OTEL_");
  private static final Duration LOOK = Duration.ofMillis(50);

  private final String name;
  private final Program program;
  private final Probe probe;
  private final Path log;
  private final Path temporary;
  private final Path armed;
  private final boolean failPoints;

  private @Nullable Process process;
  private @Nullable Pause pause;
  private int starts;

  /**
   * What it runs.
   *
   * @param leashed whether it is to be killed when this process is gone, and to be given a
   *     directory of its own for temporary files; otherwise it minds that itself
   */
  record Program(Jvm jvm, String main, boolean leashed, List<String> arguments) {}

  /** Whether it does its work; says what it waits for otherwise. */
  interface Probe {
    /** Empty: it is ready. */
    Optional<String> waitingFor();
  }

  /**
   * @param directory where its log and its temporary files go
   * @param failPoints whether it can be armed
   */
  ServerProcess(String name, Program program, Probe probe, Path directory, boolean failPoints) {
    this.failPoints = failPoints;
    this.armed = directory.resolve("armed").resolve(name);
    this.name = name;
    this.program = program;
    this.probe = probe;
    this.log = directory.resolve("logs").resolve(name + ".log");
    this.temporary = directory.resolve("tmp").resolve(name);
  }

  /** What it is called: {@code planner-1}. */
  public String name() {
    return name;
  }

  /** What it printed. */
  public Path log() {
    return log;
  }

  /**
   * Starts it, with no fail-point armed; returns at once.
   *
   * @throws IllegalStateException if it runs
   */
  public synchronized void start() {
    if (alive()) {
      throw new IllegalStateException(name + " runs already");
    }
    try {
      Files.createDirectories(log.getParent());
      clear(temporary);
      Files.createDirectories(temporary);
      List<String> command = new ArrayList<>(program.jvm().command());
      if (failPoints) {
        Files.deleteIfExists(armed);
        command.add("-D" + FailPoint.PROPERTY + "=@" + armed);
      }
      if (program.leashed()) {
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add(Leashed.class.getName());
      }
      command.add(program.main());
      command.addAll(program.arguments());
      ProcessBuilder builder = new ProcessBuilder(command);
      // What this process was given in its environment is not for its children.
      builder.environment().keySet().removeIf(variable -> OURS.matcher(variable).lookingAt());
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      process = builder.start();
      starts++;
      LOG.debug("{} started as process {}, the {}. time", name, process.pid(), starts);
    } catch (IOException e) {
      throw new UncheckedIOException("can't start " + name, e);
    }
  }

  /**
   * Makes it die when it reaches a fail-point next; see {@link FailPoint}.
   *
   * @param point its name, and if not the first the hit and how long it lingers: {@code name:2:20}
   * @throws IllegalStateException if the plan of the stack has no fail-points
   */
  public synchronized void arm(String point) {
    if (!failPoints) {
      throw new IllegalStateException(name + " was not started with fail-points");
    }
    try {
      Files.createDirectories(armed.getParent());
      Path next = Files.writeString(armed.resolveSibling(name + ".next"), point);
      Files.move(next, armed, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("can't arm " + name, e);
    }
  }

  /** Takes the fail-point back, if one is armed. */
  public synchronized void disarm() {
    try {
      Files.deleteIfExists(armed);
    } catch (IOException e) {
      throw new UncheckedIOException("can't disarm " + name, e);
    }
  }

  /** How often it was started. */
  public synchronized int starts() {
    return starts;
  }

  /** Whether it runs, paused or not. */
  public synchronized boolean alive() {
    return process != null && process.isAlive();
  }

  /** Its process id, if it runs. */
  public synchronized Optional<Long> pid() {
    return process != null && process.isAlive() ? Optional.of(process.pid()) : Optional.empty();
  }

  /** Processor time it has used since it was started last; zero if that can't be told. */
  public synchronized Duration cpu() {
    return process == null
        ? Duration.ZERO
        : process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** What it exited with, if it has. */
  public synchronized Optional<Integer> exit() {
    return process == null || process.isAlive()
        ? Optional.empty()
        : Optional.of(process.exitValue());
  }

  /** Kills it as {@code kill -9} does and waits until it is gone. */
  public void kill() throws InterruptedException {
    Process victim;
    synchronized (this) {
      victim = process;
      if (victim == null) {
        return;
      }
      victim.destroyForcibly();
    }
    gone(victim);
    resume();
  }

  /** Tells it to stop and waits until it has; kills it if it takes longer than it may. */
  public void stop(Duration patience) throws InterruptedException {
    Process victim;
    synchronized (this) {
      victim = process;
    }
    if (victim == null) {
      return;
    }
    resume();
    if (program.leashed()) {
      victim.destroy();
    } else {
      letGo(victim);
    }
    if (!victim.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.warn("{} did not stop within {} and is killed", name, patience);
      kill();
    }
  }

  /** Stops it from running, without its knowing, until {@link #resume}: {@code kill -STOP}. */
  public synchronized void pause() {
    if (pause == null && process != null && process.isAlive()) {
      pause = Pause.of(process.pid());
    }
  }

  /** Lets it go on; harmless if it was not paused. */
  public synchronized void resume() {
    if (pause != null) {
      pause.close();
      pause = null;
    }
  }

  /** What it waits for, if it is not ready. */
  public Optional<String> waitingFor() {
    Optional<Integer> ended = exit();
    if (ended.isPresent()) {
      return Optional.of("it ended with " + ended.get());
    }
    return probe.waitingFor();
  }

  /**
   * Waits until it does its work.
   *
   * @throws IllegalStateException if it ends or the time does, with the end of its log
   */
  public void awaitReady(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Optional<String> missing = waitingFor();
    while (missing.isPresent()) {
      if (exit().isPresent() || System.nanoTime() > end) {
        throw new IllegalStateException(
            "%s is not ready: %s. The end of %s:%n%s"
                .formatted(name, missing.get(), log, lastLines()));
      }
      Thread.sleep(LOOK);
      missing = waitingFor();
    }
  }

  /** Waits for it to end by itself, as at a fail-point; empty if it does not in this time. */
  public Optional<Integer> awaitExit(Duration patience) throws InterruptedException {
    Process awaited;
    synchronized (this) {
      awaited = process;
    }
    return awaited != null && awaited.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
        ? Optional.of(awaited.exitValue())
        : Optional.empty();
  }

  @Override
  public void close() {
    try {
      if (program.leashed()) {
        kill();
      } else {
        stop(DEATH);
      }
      clear(temporary);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.debug("{} left temporary files behind", name, e);
    }
  }

  private static void letGo(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("the pipe was closed already", e);
    }
  }

  private void gone(Process victim) throws InterruptedException {
    if (!victim.waitFor(DEATH.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " does not die");
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    } catch (IOException e) {
      return "(it can't be read: " + e + ")";
    }
  }

  /** A killed JVM leaves the libraries behind that it unpacked. */
  private static void clear(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * A stopped process. A shell holds it, so that it goes on (and can end) when this JVM dies: the
   * shell's standard input ends then.
   */
  private record Pause(Process shell) implements AutoCloseable {

    static Pause of(long pid) {
      try {
        Process shell =
            new ProcessBuilder(
                    "sh",
                    "-c",
                    "kill -STOP $1 && echo stopped; cat >/dev/null; kill -CONT $1",
                    "pause",
                    Long.toString(pid))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // It is stopped once the shell has said so.
        if (shell.getInputStream().read() < 0) {
          throw new IOException("process " + pid + " can't be stopped");
        }
        return new Pause(shell);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      letGo(shell);
      try {
        if (!shell.waitFor(5, TimeUnit.SECONDS)) {
          shell.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
