package dev.weirkeeper.audit;

import dev.weirkeeper.audit.alert.AlertConfig;
import dev.weirkeeper.audit.ingest.IngestConfig;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.redaction.RedactionConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of the audit sink.
 *
 * @param kafka how to reach Kafka and the registry
 * @param postgres where the audit store is
 * @param ingest how records are taken in
 * @param retention how long rows are kept, in whole days; absent: for ever
 * @param rootInterval how often Merkle roots are published
 * @param redaction covers secrets before anything is stored
 * @param alerts what is watched, and who is told
 */
public record AuditSinkConfig(
    Connection kafka,
    PostgresConfig postgres,
    IngestConfig ingest,
    Optional<Duration> retention,
    Duration rootInterval,
    Redaction redaction,
    AlertConfig alerts) {

  private static final Setting<Duration> ROOT_INTERVAL =
      Setting.duration("audit.root-interval")
          .between("1s", "1d")
          .defaultsTo("1m")
          .describedAs("how often the Merkle roots of what was stored are published");

  private static final Setting<Optional<Duration>> RETENTION =
      Setting.duration("audit.retention")
          .between("1d", "36500d")
          .optional()
          .describedAs("how long the log is kept, in whole days; sums of money stay for ever");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Connection.CATALOGUE
          .and(PostgresConfig.CATALOGUE)
          .and(IngestConfig.CATALOGUE)
          .and(RedactionConfig.CATALOGUE)
          .and(AlertConfig.CATALOGUE)
          .and(Catalogue.of(RETENTION, ROOT_INTERVAL));

  /**
   * Reads and checks the settings.
   *
   * @throws dev.weirkeeper.operations.config.ConfigurationException naming every problem
   */
  public static AuditSinkConfig from(Given given) {
    return from(Settings.read(CATALOGUE, given));
  }

  /** Takes this record's part of settings that hold more. */
  public static AuditSinkConfig from(Settings settings) {
    return new AuditSinkConfig(
        Connection.from(settings),
        PostgresConfig.from(settings),
        IngestConfig.from(settings),
        settings.get(RETENTION),
        settings.get(ROOT_INTERVAL),
        RedactionConfig.from(settings),
        AlertConfig.from(settings));
  }
}
