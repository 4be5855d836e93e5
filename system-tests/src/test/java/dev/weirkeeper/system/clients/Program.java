package dev.weirkeeper.system.clients;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs to its end.
 *
 * @param status what it returned
 * @param out what it wrote to its output
 * @param err what it wrote to its error output
 */
record Program(int status, String out, String err) {

  /** Runs one; a program that is not there skips the test, one that does not end fails it. */
  static Program run(
      Path folder, Map<String, String> environment, String input, Duration atMost, String... line)
      throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return abort(line[0] + " is not installed, so its client is not tested: " + e.getMessage());
    }
    CompletableFuture<String> out = text(process.getInputStream());
    CompletableFuture<String> err = text(process.getErrorStream());
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended without reading: its status says how.
    }
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      List<String> parts = new ArrayList<>(List.of(line));
      throw new AssertionError(
          "%s did not end within %s; so far:\n%s%s".formatted(parts, atMost, out, err));
    }
    return new Program(process.exitValue(), out.join(), err.join());
  }

  private static CompletableFuture<String> text(java.io.InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
              }
            });
    return text;
  }
}
