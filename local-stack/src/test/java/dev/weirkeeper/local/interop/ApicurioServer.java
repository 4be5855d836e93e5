package dev.weirkeeper.local.interop;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real Apicurio Registry in a process of its own, with its schemas in memory. */
final class ApicurioServer {

  private static final Duration START_LIMIT = Duration.ofMinutes(2);

  private final Process process;
  private final int port;

  private ApicurioServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static ApicurioServer start(Path home) throws IOException {
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                "quarkus-run.jar"));
    builder.directory(home.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(home.resolve("server.log").toFile());
    builder.environment().put("APICURIO_STORAGE_KIND", "sql");
    builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
    builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
    builder.environment().put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
    builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(freePort()));
    ApicurioServer server = new ApicurioServer(builder.start(), port);
    server.awaitReady(home.resolve("server.log"));
    return server;
  }

  /** What clients of the Schema Registry protocol are given. */
  String url() {
    return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
  }

  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private void awaitReady(Path log) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/subjects")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      Awaitility.await()
          .atMost(START_LIMIT)
          .pollInterval(Duration.ofMillis(250))
          .ignoreException(java.net.ConnectException.class)
          .until(
              () ->
                  !process.isAlive()
                      || http.send(request, BodyHandlers.discarding()).statusCode() == 200);
    }
    if (!process.isAlive()) {
      throw new IllegalStateException("Apicurio did not start:\n" + Files.readString(log));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
