package dev.weirkeeper.local.junit;

import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.local.registry.LocalRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The broker and the registry of this JVM's tests. */
final class SharedServers implements AutoCloseable {

  private final Path data;
  private final EmbeddedBroker broker;
  private final LocalRegistry registry;

  private SharedServers(Path data, EmbeddedBroker broker, LocalRegistry registry) {
    this.data = data;
    this.broker = broker;
    this.registry = registry;
  }

  static SharedServers start() {
    try {
      Path data = Files.createTempDirectory("weirkeeper-broker");
      EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(data));
      return new SharedServers(data, broker, LocalRegistry.start(broker.bootstrapServers(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  String registryUrl() {
    return registry.url();
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
