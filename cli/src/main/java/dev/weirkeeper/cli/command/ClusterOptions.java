package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.DataDirectory;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the cluster is, as options of every command that talks to one. */
class ClusterOptions {

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers to ask first (also KAFKA_BOOTSTRAP_SERVERS)")
  @Nullable String bootstrap;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "schema registry (also SCHEMA_REGISTRY_URL)")
  @Nullable String registry;

  @Option(names = "--api", paramLabel = "URL", description = "audit API")
  @Nullable String auditUrl;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "properties file with these and all of Kafka's own settings (kafka.*)")
  @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data of a local stack; its address is used if it runs (default: .weir)")
  Path data = DataDirectory.DEFAULT;

  /** What was given: the options, over the environment, over the file or the running stack's. */
  Given given() {
    Map<String, String> options = new LinkedHashMap<>();
    put(options, Connection.BOOTSTRAP_SERVERS.key(), bootstrap);
    put(options, Connection.SCHEMA_REGISTRY_URL.key(), registry);
    put(options, ClusterAddress.AUDIT_URL.key(), auditUrl);
    return Given.from(file(), System.getenv()).with(options);
  }

  /** True if a cluster was named rather than found. */
  boolean named() {
    return bootstrap != null
        || config != null
        || System.getenv("KAFKA_BOOTSTRAP_SERVERS") != null
        || System.getenv(Connection.BOOTSTRAP_SERVERS.environmentName()) != null;
  }

  /** The address of the cluster that is meant. */
  ClusterAddress address() {
    if (!named() && DataDirectory.running(data).isEmpty()) {
      throw new Trouble(
          ExitCode.UNREACHABLE,
          "no stack runs on %s and no cluster is named: start one with weir up, or name one with --bootstrap and --registry or --config"
              .formatted(data));
    }
    return ClusterAddress.from(given());
  }

  private Optional<Path> file() {
    return config != null
        ? Optional.of(config)
        : System.getenv("WEIRKEEPER_CONFIG") != null
            ? Optional.of(Path.of(System.getenv("WEIRKEEPER_CONFIG")))
            : DataDirectory.running(data);
  }

  private static void put(Map<String, String> options, String key, @Nullable String value) {
    if (value != null) {
      options.put(key, value);
    }
  }
}
