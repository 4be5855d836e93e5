package dev.weirkeeper.executor.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** Servers that nobody here wrote, from npm, installed once into {@code target}. */
final class NodeServers {

  private static final List<String> PACKAGES =
      List.of(
          "@modelcontextprotocol/server-everything@2026.8.31",
          "@modelcontextprotocol/server-filesystem@2026.8.31",
          "@modelcontextprotocol/server@2.4.0");

  private static final Path HOME = Path.of("target", "mcp-servers").toAbsolutePath();

  private NodeServers() {}

  /** Installs them; where that is not possible, the tests that need them are skipped. */
  static void install() throws IOException, InterruptedException {
    Assumptions.assumeTrue(program("node").isPresent(), "skipped: there is no node on the PATH");
    Assumptions.assumeTrue(program("npm").isPresent(), "skipped: there is no npm on the PATH");
    Path done = HOME.resolve("installed-" + Integer.toHexString(PACKAGES.hashCode()));
    if (!Files.exists(done)) {
      Files.createDirectories(HOME);
      Files.writeString(HOME.resolve("package.json"), "{\"private\": true}");
      List<String> command =
          new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund", "--silent"));
      command.addAll(PACKAGES);
      Path log = HOME.resolve("npm.log");
      Process npm =
          new ProcessBuilder(command)
              .directory(HOME.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      boolean ended = npm.waitFor(5, TimeUnit.MINUTES);
      Assumptions.assumeTrue(
          ended && npm.exitValue() == 0,
          () -> "skipped: npm could not install the servers, see " + log);
      Files.writeString(done, "");
    }
    try (InputStream script =
        Objects.requireNonNull(NodeServers.class.getResourceAsStream("stateless-server.mjs"))) {
      Files.copy(script, HOME.resolve("stateless-server.mjs"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Optional<Path> program(String name) {
    return Stream.of(
            Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static String node() {
    return program("node").orElseThrow().toString();
  }

  static String everything() {
    return module("server-everything");
  }

  static String filesystem() {
    return module("server-filesystem");
  }

  static String stateless() {
    return HOME.resolve("stateless-server.mjs").toString();
  }

  private static String module(String name) {
    return HOME.resolve("node_modules/@modelcontextprotocol/" + name + "/dist/index.js").toString();
  }

  /** A server that listens. */
  record Listening(Process process, int port) implements AutoCloseable {
    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** Starts a server that listens on a free port, given as argument or in the environment. */
  static Listening listen(boolean portAsArgument, String... command) {
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      List<String> all = new ArrayList<>(List.of(command));
      if (portAsArgument) {
        all.add(Integer.toString(port));
      }
      ProcessBuilder builder =
          new ProcessBuilder(all)
              .redirectErrorStream(true)
              .redirectOutput(HOME.resolve("server-" + port + ".log").toFile());
      builder.environment().putAll(Map.of("PORT", Integer.toString(port)));
      Process process = builder.start();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                assertThat(process.isAlive()).isTrue();
                return answers(port);
              });
      return new Listening(process, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("localhost", port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
