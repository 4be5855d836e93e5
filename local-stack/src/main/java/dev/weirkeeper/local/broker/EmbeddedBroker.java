package dev.weirkeeper.local.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running single-node Kafka broker in this JVM. Transactions of version 2, share groups and
 * streams groups are on; topics are never created by accident.
 *
 * <p>To restart one on the same address with the same data, close it and start its {@link
 * #settings()} again. Thread-safe; closing twice is harmless.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

  private static final String HOST = "127.0.0.1";

  /** Below the range that systems hand to outgoing connections, so a port found free stays free. */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;
  private static final int PORT_TRIES = 3;

  private final BrokerSettings settings;
  private final KafkaRaftServer server;
  private final boolean keep;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(BrokerSettings settings, KafkaRaftServer server, boolean keep) {
    this.settings = settings;
    this.server = server;
    this.keep = keep;
  }

  /**
   * Starts a broker and returns when clients can connect. An empty data directory is formatted
   * first; one that a broker has used is taken as it is.
   *
   * @throws BrokerStartException if the port is taken, the directory can't be written, belongs to
   *     another running broker, or a setting is wrong
   */
  public static EmbeddedBroker start(BrokerSettings settings) {
    return start(settings, true);
  }

  /** Starts a broker at the defaults, whose data is gone when it stops. */
  public static EmbeddedBroker ephemeral() {
    return ephemeral(UnaryOperator.identity());
  }

  /**
   * Starts a broker whose data is gone when it stops.
   *
   * @param tuned what it is told, made of the defaults
   */
  public static EmbeddedBroker ephemeral(UnaryOperator<BrokerSettings> tuned) {
    try {
      Path data = Files.createTempDirectory("weirkeeper-broker");
      return start(tuned.apply(BrokerSettings.in(data)), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedBroker start(BrokerSettings settings, boolean keep) {
    for (int attempt = 1; ; attempt++) {
      int port = settings.port() == 0 ? freePort() : settings.port();
      try {
        return startOn(settings.onPort(port), keep);
      } catch (BrokerStartException e) {
        boolean portWasOurChoice = settings.port() == 0;
        if (!portWasOurChoice || attempt == PORT_TRIES || !portTaken(e)) {
          throw e;
        }
      }
    }
  }

  /** What clients put into {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return HOST + ":" + settings.port();
  }

  /** The settings it runs with, its port filled in. */
  public BrokerSettings settings() {
    return settings;
  }

  /** Stops the broker; its data stays unless it is ephemeral. Returns when its files are closed. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    server.shutdown();
    server.awaitShutdown();
    if (!keep) {
      try {
        Utils.delete(settings.data().toFile());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static EmbeddedBroker startOn(BrokerSettings settings, boolean keep) {
    Map<String, String> config = settings.configuration(settings.port(), controllerPort(settings));
    KafkaRaftServer server;
    try {
      format(settings);
      server = new KafkaRaftServer(new KafkaConfig(new HashMap<>(config), false), Time.SYSTEM);
    } catch (Exception e) {
      throw new BrokerStartException(settings, e);
    }
    try {
      server.startup();
    } catch (RuntimeException e) {
      shutDownAfterFailure(server);
      throw new BrokerStartException(settings, e);
    }
    LOG.info("broker ready at 127.0.0.1:{}, data in {}", settings.port(), settings.data());
    return new EmbeddedBroker(settings, server, keep);
  }

  private static void shutDownAfterFailure(KafkaRaftServer server) {
    try {
      server.shutdown();
    } catch (RuntimeException e) {
      LOG.debug("what had been started of the broker did not stop cleanly", e);
    }
  }

  private static void format(BrokerSettings settings) throws Exception {
    Path data = settings.data();
    Files.createDirectories(data);
    String directory = data.toAbsolutePath().toString();
    Formatter formatter = new Formatter();
    settings.features().forEach(formatter::setFeatureLevel);
    formatter
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(BrokerSettings.Keys.NODE)
        .setClusterId(clusterId(data))
        .setDirectories(List.of(directory))
        .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
        .setControllerListenerName(BrokerSettings.Keys.CONTROLLER_LISTENER)
        .setIgnoreFormatted(true)
        // Where the levels of features are noted; they are the lowest otherwise.
        .setMetadataLogDirectory(directory)
        .run();
  }

  /** The id that a used directory has; a new one otherwise. */
  private static String clusterId(Path data) throws IOException {
    Path meta = data.resolve("meta.properties");
    if (!Files.exists(meta)) {
      return Uuid.randomUuid().toString();
    }
    Properties known = new Properties();
    try (var in = Files.newBufferedReader(meta)) {
      known.load(in);
    }
    return known.getProperty("cluster.id", Uuid.randomUuid().toString());
  }

  /** A free port, and not one that the broker is about to listen on itself. */
  private static int controllerPort(BrokerSettings settings) {
    int port = freePort();
    while (settings.listensOn(port)) {
      port = freePort();
    }
    return port;
  }

  private static int freePort() {
    for (int i = 0; i < 1000; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (BindException e) {
        LOG.trace("port {} is taken", port);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException(
        "no free port between " + FIRST_PORT + " and " + LAST_PORT + " on " + HOST);
  }

  private static boolean portTaken(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof BindException) {
        return true;
      }
    }
    return false;
  }
}
