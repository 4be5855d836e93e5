package dev.weirkeeper.local.junit;

import dev.weirkeeper.local.registry.LocalRegistry;

/** The broker and the registry of this JVM's tests. */
record SharedServers(SharedBroker broker, LocalRegistry registry) implements AutoCloseable {

  static SharedServers start() {
    SharedBroker broker = SharedBroker.start();
    return new SharedServers(broker, LocalRegistry.start(broker.bootstrapServers(), 0));
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
