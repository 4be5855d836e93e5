package dev.weirkeeper.local.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How an embedded broker is run.
 *
 * @param data directory of its logs; created where it does not exist, kept when the broker stops
 * @param port where clients connect, on the loopback address; 0 takes a free one
 * @param listeners further addresses
 * @param overrides broker settings by Kafka's own names, stronger than the ones chosen here
 * @param features levels of Kafka's features in a directory that is formatted; the newest where
 *     none is given
 */
public record BrokerSettings(
    Path data,
    int port,
    List<Listener> listeners,
    Map<String, String> overrides,
    Map<String, Short> features) {

  /**
   * A further address on the loopback interface, for clients that come by way of something else,
   * such as a proxy.
   *
   * @param name capital letters
   * @param port where the broker listens
   * @param advertisedPort where clients that ask at it are sent
   */
  public record Listener(String name, int port, int advertisedPort) {}

  /** Copies what it is given and checks the port. */
  public BrokerSettings {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("broker port " + port + " must be 0 to 65535");
    }
    listeners = List.copyOf(listeners);
    overrides = Map.copyOf(overrides);
    features = Map.copyOf(features);
  }

  /** A broker on a free port with its data in a directory. */
  public static BrokerSettings in(Path data) {
    return new BrokerSettings(data, 0, List.of(), Map.of(), Map.of());
  }

  /** The same on a fixed port. */
  public BrokerSettings onPort(int chosen) {
    return new BrokerSettings(data, chosen, listeners, overrides, features);
  }

  /** The same with one more broker setting, by Kafka's own name. */
  public BrokerSettings with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(overrides);
    more.put(key, value);
    return new BrokerSettings(data, port, listeners, more, features);
  }

  /** The same with one more address. */
  public BrokerSettings with(Listener listener) {
    List<Listener> more = new ArrayList<>(listeners);
    more.add(listener);
    return new BrokerSettings(data, port, more, overrides, features);
  }

  /**
   * The same with a feature at a level of its own, as on a cluster that was upgraded and kept it.
   *
   * @param name such as {@code transaction.version}
   * @param level 0 for off
   */
  public BrokerSettings withFeature(String name, int level) {
    Map<String, Short> more = new LinkedHashMap<>(features);
    more.put(name, (short) level);
    return new BrokerSettings(data, port, listeners, overrides, more);
  }

  /**
   * The same with other bounds for how long a share group member may hold a record before the
   * broker gives it to another one. A group chooses within them by {@code
   * share.record.lock.duration.ms}.
   *
   * @param shortest 1 to 30 seconds
   * @param longest 30 seconds to 1 hour
   */
  public BrokerSettings withShareLocks(Duration shortest, Duration longest) {
    return with(Keys.SHARE_LOCK_MIN, Long.toString(shortest.toMillis()))
        .with(Keys.SHARE_LOCK_MAX, Long.toString(longest.toMillis()));
  }

  /** Whether clients are to find it on a port. */
  boolean listensOn(int candidate) {
    return candidate == port || listeners.stream().anyMatch(one -> one.port() == candidate);
  }

  /** What the broker is told, for the ports it was given. */
  Map<String, String> configuration(int clientPort, int controllerPort) {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("process.roles", "broker,controller");
    config.put("node.id", Integer.toString(Keys.NODE));
    config.put("controller.quorum.voters", Keys.NODE + "@127.0.0.1:" + controllerPort);
    StringBuilder bound = new StringBuilder("CLIENT://127.0.0.1:" + clientPort);
    StringBuilder advertised = new StringBuilder(bound);
    StringBuilder protocols = new StringBuilder("CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    for (Listener listener : listeners) {
      String address = "," + listener.name() + "://127.0.0.1:";
      bound.append(address).append(listener.port());
      advertised.append(address).append(listener.advertisedPort());
      protocols.append(",").append(listener.name()).append(":PLAINTEXT");
    }
    config.put("listeners", bound + ",CONTROLLER://127.0.0.1:" + controllerPort);
    config.put("advertised.listeners", advertised.toString());
    config.put("listener.security.protocol.map", protocols.toString());
    config.put("controller.listener.names", Keys.CONTROLLER_LISTENER);
    config.put("inter.broker.listener.name", "CLIENT");
    config.put("log.dirs", data.toAbsolutePath().toString());

    config.putAll(singleNode());
    config.putAll(overrides);
    return config;
  }

  /**
   * What a node that is alone is told, by Kafka's own names: it has the only copy of everything,
   * and its few clients do not wait for others.
   */
  public static Map<String, String> singleNode() {
    Map<String, String> config = new LinkedHashMap<>();
    // One node holds the only copy of everything.
    config.put("default.replication.factor", "1");
    config.put("min.insync.replicas", "1");
    config.put("offsets.topic.replication.factor", "1");
    config.put("transaction.state.log.replication.factor", "1");
    config.put("transaction.state.log.min.isr", "1");
    config.put("share.coordinator.state.topic.replication.factor", "1");
    config.put("share.coordinator.state.topic.min.isr", "1");
    // A few partitions are enough for one machine, and each costs time at start and stop.
    config.put("offsets.topic.num.partitions", "4");
    config.put("transaction.state.log.num.partitions", "4");
    config.put("share.coordinator.state.topic.num.partitions", "4");
    config.put("auto.create.topics.enable", "false");

    // Group members are few and near, so nobody has to wait for stragglers or long heartbeats: a
    // share group member learns what to fetch at its next heartbeat.
    config.put("group.initial.rebalance.delay.ms", "0");
    config.put("group.min.session.timeout.ms", "1000");
    config.put("group.streams.initial.rebalance.delay.ms", "0");
    for (String kind : new String[] {"consumer", "share", "streams"}) {
      config.put("group." + kind + ".heartbeat.interval.ms", "300");
      config.put("group." + kind + ".min.heartbeat.interval.ms", "100");
      config.put("group." + kind + ".session.timeout.ms", "10000");
      config.put("group." + kind + ".min.session.timeout.ms", "1000");
      config.put("group." + kind + ".assignment.interval.ms", "0");
    }
    config.put(Keys.SHARE_LOCK_MIN, "1000");
    config.put(Keys.SHARE_LOCK_MAX, Long.toString(Duration.ofHours(1).toMillis()));
    config.put("group.share.max.delivery.count.limit", "25");
    config.put("group.share.max.partition.max.record.locks", "10000");

    // Sized for a laptop beside the services, not for a broker that owns its machine.
    config.put("num.network.threads", "2");
    config.put("num.io.threads", "4");
    config.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 * 1024 * 1024));
    config.put("log.segment.bytes", Integer.toString(128 * 1024 * 1024));
    config.put("metric.reporters", "");
    return config;
  }

  /** Names used in more than one place. */
  static final class Keys {
    static final int NODE = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";
    static final String SHARE_LOCK_MIN = "group.share.min.record.lock.duration.ms";
    static final String SHARE_LOCK_MAX = "group.share.max.record.lock.duration.ms";

    private Keys() {}
  }
}
