package dev.weirkeeper.audit;

import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.local.postgres.LocalPostgres;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The broker and the PostgreSQL that all tests of the module share: started by the first test that
 * needs them, stopped when JUnit is done.
 */
public final class SharedServers implements BeforeAllCallback {

  /** The servers. */
  record Running(EmbeddedBroker broker, LocalPostgres postgres) implements AutoCloseable {

    @Override
    public void close() {
      postgres.close();
      broker.close();
    }
  }

  private static @Nullable Running running;

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedServers.class))
        .computeIfAbsent(Running.class, key -> running(), Running.class);
  }

  static synchronized Running running() {
    Running servers = running;
    if (servers == null) {
      servers =
          new Running(
              EmbeddedBroker.ephemeral(it -> it.with("message.max.bytes", "20000000")),
              LocalPostgres.ephemeral());
      running = servers;
    }
    return servers;
  }
}
