package dev.weirkeeper.system.docs;

import dev.weirkeeper.cli.command.CommandTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A stack that {@code weir up} runs in a process of its own, and a folder that looks like the
 * project's to the commands that are run in it.
 */
final class RunningStack implements AutoCloseable {

  /** What is answered with an error is one. */
  private static final String STRICT_CURL =
      "curl() { command curl --fail-with-body --max-time 60 \"$@\"; }\n";

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofSeconds(60);

  private final Path root;
  private final Path folder;
  private final Path data;
  private final Process process;
  private final Map<String, String> address;

  /** What a command did. */
  record Ran(int exit, String out, String err) {
    @Override
    public String toString() {
      return "returned %d%n%s%n%s".formatted(exit, out, err);
    }
  }

  private RunningStack(
      Path root, Path folder, Path data, Process process, Map<String, String> address) {
    this.root = root;
    this.folder = folder;
    this.data = data;
    this.process = process;
    this.address = address;
  }

  /**
   * Starts one.
   *
   * @param root of the project
   * @param folder an empty folder
   */
  static RunningStack start(Path root, Path folder) throws IOException, InterruptedException {
    Path data = folder.resolve(".weir");
    Files.createDirectories(data);
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : entries.toList()) {
        String name = Objects.requireNonNull(entry.getFileName()).toString();
        if (!name.equals("weir") && !name.startsWith(".")) {
          Files.createSymbolicLink(folder.resolve(name), entry);
        }
      }
    }
    shim(folder.resolve("weir"));
    Process process =
        new ProcessBuilder("./weir", "up")
            .directory(folder.toFile())
            .redirectOutput(data.resolve("up.out").toFile())
            .redirectError(data.resolve("up.err").toFile())
            .start();
    Path published = data.resolve("stack.properties");
    long deadline = System.nanoTime() + START.toNanos();
    while (!Files.exists(published)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroy();
        throw new IllegalStateException(
            "weir up did not start: " + Files.readString(data.resolve("up.err")));
      }
      Thread.sleep(50);
    }
    Properties properties = new Properties();
    properties.load(Files.newBufferedReader(published));
    Map<String, String> address = new java.util.HashMap<>();
    properties.stringPropertyNames().forEach(k -> address.put(k, properties.getProperty(k)));
    return new RunningStack(root, folder, data, process, address);
  }

  /** A weir command that needs no build: it starts what this test runs on. */
  private static void shim(Path file) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        file,
        """
        #!/usr/bin/env bash
        export CLASSPATH='%s'
        exec '%s' -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED dev.weirkeeper.cli.Weir "$@"
        """
            .formatted(System.getProperty("java.class.path"), java));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Where commands are run. */
  Path folder() {
    return folder;
  }

  /** The project. */
  Path root() {
    return root;
  }

  /** An address of the stack. */
  String address(String key) {
    return Objects.requireNonNull(address.get(key), key);
  }

  /** The addresses of the stack, by setting. */
  Map<String, String> addresses() {
    return address;
  }

  /** Runs one of our commands in this process, which saves the start of another. */
  Ran weir(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    if (takes(arguments, "--data") && !arguments.contains("--data")) {
      all.add("--data");
      all.add(data.toString());
    }
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int exit = CommandTree.commands().execute(all.toArray(String[]::new));
      System.out.flush();
      System.err.flush();
      return new Ran(
          exit,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static boolean takes(List<String> arguments, String option) {
    var command = CommandTree.commands();
    for (String argument : arguments) {
      var child = command.getSubcommands().get(argument);
      if (child == null) {
        break;
      }
      command = child;
    }
    return command.getCommandSpec().optionsMap().containsKey(option);
  }

  /** Runs a line as a shell does. */
  Ran shell(String line) throws InterruptedException {
    try {
      Path out = Files.createTempFile(data, "shell", ".out");
      Path err = Files.createTempFile(data, "shell", ".err");
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-euo", "pipefail", "-c", STRICT_CURL + line);
      builder.environment().put("API", address("cli.audit-url"));
      builder.environment().put("AUTH", "Authorization: Bearer " + address("cli.audit-token"));
      Process shell =
          builder
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      if (!shell.waitFor(2, TimeUnit.MINUTES)) {
        shell.destroyForcibly();
        throw new IllegalStateException("not done after two minutes: " + line);
      }
      return new Ran(shell.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command that goes on until it is stopped, and stops it once it has said something. */
  Ran untilStopped(String line) throws InterruptedException {
    try {
      Path out = Files.createTempFile(data, "until", ".out");
      Process running =
          new ProcessBuilder("bash", "-c", "exec " + line)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      long deadline = System.nanoTime() + START.toNanos();
      while (running.isAlive() && Files.size(out) == 0 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      running.destroy();
      if (!running.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        running.destroyForcibly();
        throw new IllegalStateException("did not stop when it was told to: " + line);
      }
      return new Ran(running.exitValue(), Files.readString(out), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the stack as a service manager would, and says what it returned. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("weir up did not stop when it was told to");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
