package dev.weirkeeper.planner;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.redaction.RedactionConfig;
import dev.weirkeeper.planner.provider.ProviderSettings;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of a planner.
 *
 * @param instance id of this planner among its peers; the same after a restart, so that it gets its
 *     partitions back at once
 * @param stateDirectory where state stores are kept between runs
 * @param guarantee what duplicates the topics may see
 * @param commitInterval how long decisions may wait, under load, for others to commit with
 * @param poll how long a stream thread waits for records before it looks at timers
 * @param threads stream threads
 * @param sessionCacheBytes memory for the sessions under way of each partition, as they estimate it
 * @param grace how long a call of a lost planner may still be answered before it is made again
 * @param retention how long an idle session can be continued
 * @param drain how long model calls may go on after the planner is told to stop
 * @param approvers whose decisions on calls are followed
 * @param priceFile prices over the shipped ones
 * @param auditUrl base of the links in results
 * @param redaction takes secrets out of inputs and replies
 */
public record PlannerConfig(
    Connection connection,
    ProviderSettings provider,
    String instance,
    Path stateDirectory,
    Guarantee guarantee,
    Duration commitInterval,
    Duration poll,
    int threads,
    long sessionCacheBytes,
    long maxRecordBytes,
    Duration grace,
    Duration retention,
    Duration drain,
    TrustedApprovers approvers,
    Optional<String> priceFile,
    String auditUrl,
    Redaction redaction) {

  /** What Kafka is asked for; sessions come to the same end under both. */
  public enum Guarantee {
    EXACTLY_ONCE("exactly_once_v2"),
    AT_LEAST_ONCE("at_least_once");

    final String kafka;

    Guarantee(String kafka) {
      this.kafka = kafka;
    }
  }

  static final Setting<String> INSTANCE =
      Setting.text("planner.instance")
          .defaultsTo("planner-1")
          .describedAs("id of this planner among its peers, the same after a restart");
  static final Setting<String> STATE_DIRECTORY =
      Setting.text("planner.state-directory")
          .defaultsTo("state/planner")
          .describedAs("where session state is kept between runs");
  static final Setting<Guarantee> GUARANTEE =
      Setting.choice("planner.guarantee", Guarantee.class)
          .defaultsTo("exactly-once")
          .describedAs("exactly-once keeps duplicates out of the topics, at-least-once is faster");
  static final Setting<Duration> COMMIT_INTERVAL =
      Setting.duration("planner.commit-interval")
          .between("1ms", "10s")
          .defaultsTo("100ms")
          .describedAs("under load, decisions are committed at least this often; without, at once");
  static final Setting<Duration> POLL =
      Setting.duration("planner.poll")
          .between("1ms", "1s")
          .defaultsTo("50ms")
          .describedAs("longest wait for records; timers that are due wait for it");
  static final Setting<Integer> THREADS =
      Setting.integer("planner.threads")
          .between("1", "64")
          .defaultsTo("1")
          .describedAs("stream threads; each commits by itself, more than partitions do nothing");
  static final Setting<Long> SESSION_CACHE =
      Setting.bytes("planner.session-cache")
          .between("64KiB", "64GiB")
          .defaultsTo("64MiB")
          .describedAs("memory for the sessions under way of each partition; others are read back");
  static final Setting<Long> MAX_RECORD =
      Setting.bytes("planner.max-record")
          .between("512KiB", "16MiB")
          .defaultsTo("1000KiB")
          .describedAs("longest record written; must not be more than the topics take");
  static final Setting<Duration> GRACE =
      Setting.duration("planner.handover-grace")
          .between("0s", "1h")
          .defaultsTo("60s")
          .describedAs("how long a model call of a lost planner may still be answered");
  static final Setting<Duration> RETENTION =
      Setting.duration("planner.session-retention")
          .between("1m", "3650d")
          .defaultsTo("30d")
          .describedAs("how long an idle session can be continued");
  static final Setting<Duration> DRAIN =
      Setting.duration("planner.drain")
          .between("0s", "10m")
          .defaultsTo("20s")
          .describedAs("how long model calls may go on after the planner is told to stop");
  static final Setting<Optional<TrustedApprovers>> APPROVAL_KEYS =
      Setting.text("planner.approval-keys")
          .as(TrustedApprovers::of)
          .optional()
          .describedAs(
              "Ed25519 public keys in PEM or Base64; where set, only decisions signed with one of"
                  + " them let a call through");
  static final Setting<Optional<String>> PRICE_FILE =
      Setting.text("planner.prices").optional().describedAs("a price book over the shipped one");
  static final Setting<Optional<String>> AUDIT_URL =
      Setting.text("planner.audit-url")
          .optional()
          .describedAs("base of the links to the audit API in results");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Connection.CATALOGUE
          .and(
              Catalogue.of(
                  INSTANCE,
                  STATE_DIRECTORY,
                  GUARANTEE,
                  COMMIT_INTERVAL,
                  POLL,
                  THREADS,
                  SESSION_CACHE,
                  MAX_RECORD,
                  GRACE,
                  RETENTION,
                  DRAIN,
                  APPROVAL_KEYS,
                  PRICE_FILE,
                  AUDIT_URL))
          .and(ProviderSettings.CATALOGUE)
          .and(RedactionConfig.CATALOGUE);

  /** Takes the planner's part of a process's settings. */
  public static PlannerConfig from(Settings settings) {
    return new PlannerConfig(
        Connection.from(settings),
        ProviderSettings.from(settings),
        settings.get(INSTANCE),
        Path.of(settings.get(STATE_DIRECTORY)),
        settings.get(GUARANTEE),
        settings.get(COMMIT_INTERVAL),
        settings.get(POLL),
        settings.get(THREADS),
        settings.get(SESSION_CACHE),
        settings.get(MAX_RECORD),
        settings.get(GRACE),
        settings.get(RETENTION),
        settings.get(DRAIN),
        settings.get(APPROVAL_KEYS).orElse(TrustedApprovers.ANYBODY),
        settings.get(PRICE_FILE),
        settings.get(AUDIT_URL).orElse(""),
        RedactionConfig.from(settings));
  }
}
