package dev.weirkeeper.local.registry;

import io.javalin.Javalin;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running schema registry on the loopback address. Its schemas stay in the broker's topic {@code
 * _schemas} when it stops, and the next one on the same broker goes on with them.
 *
 * <p>Thread-safe; closing twice is harmless.
 */
public final class LocalRegistry implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LocalRegistry.class);
  private static final String HOST = "127.0.0.1";
  private static final long MAX_REQUEST_BYTES = 4L * 1024 * 1024;

  private final SchemaTopic topic;
  private final Javalin server;
  private final String url;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalRegistry(SchemaTopic topic, Javalin server) {
    this.topic = topic;
    this.server = server;
    this.url = "http://" + HOST + ":" + server.port();
  }

  /**
   * Starts a registry and returns when clients can connect.
   *
   * @param bootstrapServers the broker that keeps its schemas
   * @param port where it listens; 0 takes a free one
   */
  public static LocalRegistry start(String bootstrapServers, int port) {
    SchemaTopic topic = new SchemaTopic(bootstrapServers);
    try {
      Schemas schemas = new Schemas(topic::append);
      topic.replay(schemas::apply);
      Javalin server =
          Javalin.create(
                  config -> {
                    config.startup.showJavalinBanner = false;
                    config.startup.showOldJavalinVersionWarning = false;
                    config.http.maxRequestSize = MAX_REQUEST_BYTES;
                    new RegistryApi(schemas).addTo(config.routes);
                  })
              .start(HOST, port);
      LocalRegistry started = new LocalRegistry(topic, server);
      LOG.info("schema registry ready at {}", started.url());
      return started;
    } catch (RuntimeException e) {
      topic.close();
      throw e;
    }
  }

  /** What clients put into {@code schema.registry.url}. */
  public String url() {
    return url;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      server.stop();
      topic.close();
    }
  }
}
