package dev.weirkeeper.system.stack;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The running stack as tests see it: what people who use a stack are told of it. Thread-safe. */
public final class StackForTests implements AutoCloseable {

  private final Path data;
  private final LocalStack stack;

  private StackForTests(Path data, LocalStack stack) {
    this.data = data;
    this.stack = stack;
  }

  /** Starts one on a directory that is deleted afterwards, with the rehearsal model. */
  static StackForTests start() {
    try {
      Path data = Files.createTempDirectory("weirkeeper-stack");
      return new StackForTests(
          data, LocalStack.start(data, Given.of(Map.of()), (part, took, detail) -> {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a stack was started", e);
    }
  }

  /** Its data directory, as {@code weir --data} takes it. */
  public Path data() {
    return data;
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return Objects.requireNonNull(stack.address().get(Connection.BOOTSTRAP_SERVERS.key()));
  }

  /** For {@code schema.registry.url}. */
  public String registryUrl() {
    return Objects.requireNonNull(stack.address().get(Connection.SCHEMA_REGISTRY_URL.key()));
  }

  /** A connection to it, the caller's to close. */
  public Cluster connect() throws InterruptedException {
    return Cluster.connect(ClusterAddress.from(Given.of(stack.address())));
  }

  @Override
  public void close() {
    stack.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
