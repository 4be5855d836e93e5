package dev.weirkeeper.cli.cluster;

import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.redaction.RedactionConfig;
import dev.weirkeeper.schemas.topic.Topics;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Where the parts of a running system are, as commands are told.
 *
 * @param connection Kafka and the registry
 * @param pools tool pools the cluster has topics and groups for
 * @param auditUrl the audit API; absent: none known
 * @param auditToken what the audit API wants to see; absent: none
 * @param given everything that was given, for settings that only some commands need
 */
public record ClusterAddress(
    Connection connection,
    List<String> pools,
    Optional<URI> auditUrl,
    Optional<Secret> auditToken,
    Given given) {

  /** The tool pools of a cluster; services find theirs by themselves. */
  public static final Setting<List<String>> POOLS =
      Setting.list("cli.pools")
          .where(
              pools ->
                  !pools.isEmpty()
                      && pools.stream().allMatch(pool -> pool.matches("[a-z0-9][a-z0-9-]{0,62}")),
              "names of lower-case letters, digits and dashes, separated by commas")
          .defaultsTo(Topics.DEFAULT_POOL)
          .describedAs("tool pools that have a topic and a share group");

  /** Where the audit API is. */
  public static final Setting<Optional<URI>> AUDIT_URL =
      Setting.uri("cli.audit-url").optional().describedAs("audit API that commands ask");

  /** What it wants to see. */
  public static final Setting<Optional<Secret>> AUDIT_TOKEN =
      Setting.secret("cli.audit-token")
          .optional()
          .describedAs("token that commands show to the audit API");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Connection.CATALOGUE
          .and(Catalogue.of(POOLS, AUDIT_URL, AUDIT_TOKEN))
          .and(RedactionConfig.CATALOGUE);

  /** Reads the address from what a command was given. */
  public static ClusterAddress from(Given given) {
    Settings settings = Settings.read(CATALOGUE, given);
    return new ClusterAddress(
        Connection.from(settings),
        settings.get(POOLS),
        settings.get(AUDIT_URL),
        settings.get(AUDIT_TOKEN),
        given);
  }

  /**
   * The audit store.
   *
   * @throws dev.weirkeeper.operations.config.ConfigurationException if its address is not given
   */
  public PostgresConfig auditStore() {
    return PostgresConfig.from(Settings.read(PostgresConfig.CATALOGUE, given));
  }

  /** What is taken out of everything that commands write, and of inputs they read again. */
  public Redaction redaction() {
    return RedactionConfig.from(Settings.read(CATALOGUE, given));
  }

  /** The topic catalogue of the cluster. */
  public Topics topics() {
    return new Topics(connection.topicPrefix());
  }
}
