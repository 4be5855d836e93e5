package dev.weirkeeper.executor;

import dev.weirkeeper.executor.tool.RateLimit;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.redaction.RedactionConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an executor works.
 *
 * @param connection to Kafka and the schema registry
 * @param id of this executor; made up at each start if absent
 * @param pools the pools to serve; empty: every pool that one of the tools names
 * @param delivery how calls are taken
 * @param concurrency calls that run at once, for each pool
 * @param backlog calls taken beyond that, for each pool
 * @param lanes most members of the share group in this executor, for each pool
 * @param deliveryLimit deliveries of one call, the one it is put aside on included; for a share
 *     group it is the group's own setting and this is not used
 * @param rate most calls started per time, for each pool
 * @param drain longest wait for running calls to end when the executor stops
 * @param redactResults whether secrets are taken out of results
 * @param redaction takes them out
 * @param journal where calls with side effects are recorded
 * @param results what is done with long results
 */
public record ExecutorConfig(
    Connection connection,
    Optional<String> id,
    List<String> pools,
    DeliveryMode delivery,
    int concurrency,
    int backlog,
    int lanes,
    int deliveryLimit,
    Optional<RateLimit> rate,
    Duration drain,
    boolean redactResults,
    Redaction redaction,
    JournalConfig journal,
    ResultConfig results) {

  /** How calls are taken. */
  public enum DeliveryMode {
    /** From a share group: Kafka 4.2 and newer. */
    SHARE,
    /** From a consumer group. */
    GROUP
  }

  /**
   * The execution journal.
   *
   * @param url JDBC address of PostgreSQL; absent: only read-only tools are served
   * @param user if the address does not name one
   * @param password if one is needed
   * @param connections most connections
   * @param lease how long a claim stands when its executor is not heard of
   * @param retention how long calls are remembered
   */
  public record JournalConfig(
      Optional<String> url,
      Optional<String> user,
      Optional<Secret> password,
      int connections,
      Duration lease,
      Duration retention) {}

  /**
   * Long results.
   *
   * @param directory where they are kept; absent: in the journal's database, or nowhere if there is
   *     none
   * @param maxBytes longest that is kept
   * @param retention how long they are kept
   */
  public record ResultConfig(Optional<Path> directory, long maxBytes, Duration retention) {}

  private static final Setting<Optional<String>> ID =
      Setting.text("executor.id")
          .where(id -> id.length() <= 200, "at most 200 characters")
          .optional()
          .describedAs("name of this executor in results; made up at each start if not set");

  private static final Setting<List<String>> POOLS =
      Setting.list("executor.pools")
          .defaultsTo("")
          .describedAs("pools to serve; empty for every pool that one of the tools names");

  private static final Setting<DeliveryMode> DELIVERY =
      Setting.choice("executor.delivery", DeliveryMode.class)
          .defaultsTo("share")
          .describedAs("share group, or consumer group for brokers before 4.2");

  private static final Setting<Integer> CONCURRENCY =
      Setting.integer("executor.concurrency")
          .defaultsTo("64")
          .between("1", "10_000")
          .describedAs("calls that run at once, for each pool");

  private static final Setting<Integer> BACKLOG =
      Setting.integer("executor.backlog")
          .defaultsTo("64")
          .between("0", "100_000")
          .describedAs("calls taken beyond those that run, for each pool");

  private static final Setting<Integer> LANES =
      Setting.integer("executor.lanes")
          .defaultsTo("16")
          .between("1", "200")
          .describedAs("most members of a pool's share group; long calls hold one each");

  private static final Setting<Integer> DELIVERY_LIMIT =
      Setting.integer("executor.delivery-limit")
          .defaultsTo("5")
          .between("2", "25")
          .describedAs(
              "deliveries of a call before it is put aside, with a consumer group; a share group"
                  + " has its own setting");

  private static final Setting<Optional<RateLimit>> RATE =
      Setting.text("executor.rate")
          .as(RateLimit::parse)
          .optional()
          .describedAs("most calls started per time, for each pool, such as 100/s");

  private static final Setting<Duration> DRAIN =
      Setting.duration("executor.drain")
          .defaultsTo("30s")
          .between("0s", "1h")
          .describedAs("longest wait for running calls to end when the executor stops");

  private static final Setting<Boolean> REDACT_RESULTS =
      Setting.flag("executor.redact-results")
          .defaultsTo("true")
          .describedAs("take what looks like a secret out of results and errors");

  private static final Setting<Optional<String>> JOURNAL_URL =
      Setting.text("executor.journal.url")
          .where(url -> url.startsWith("jdbc:postgresql:"), "an address jdbc:postgresql://…")
          .optional()
          .describedAs("PostgreSQL for the execution journal; without it only read-only tools run");

  private static final Setting<Optional<String>> JOURNAL_USER =
      Setting.text("executor.journal.user")
          .optional()
          .describedAs("its user, if the address names none");

  private static final Setting<Optional<Secret>> JOURNAL_PASSWORD =
      Setting.secret("executor.journal.password")
          .optional()
          .describedAs("the user's password, if it needs one");

  private static final Setting<Integer> JOURNAL_CONNECTIONS =
      Setting.integer("executor.journal.connections")
          .defaultsTo("8")
          .between("1", "200")
          .describedAs("most connections to it");

  private static final Setting<Duration> JOURNAL_LEASE =
      Setting.duration("executor.journal.lease")
          .defaultsTo("20s")
          .between("1s", "10m")
          .describedAs("how long the claim of an executor that is not heard of stands");

  private static final Setting<Duration> JOURNAL_RETENTION =
      Setting.duration("executor.journal.retention")
          .defaultsTo("8d")
          .between("1h", "3650d")
          .describedAs("how long calls are remembered; longer than the topic of calls keeps them");

  private static final Setting<Optional<Path>> RESULTS_DIRECTORY =
      Setting.text("executor.results.directory")
          .as(Path::of)
          .optional()
          .describedAs("directory for long results, shared by all executors; else the journal");

  private static final Setting<Long> RESULTS_MAX =
      Setting.bytes("executor.results.max")
          .defaultsTo("16MiB")
          .between("1KiB", "256MiB")
          .describedAs("longest result that is kept whole");

  private static final Setting<Duration> RESULTS_RETENTION =
      Setting.duration("executor.results.retention")
          .defaultsTo("30d")
          .between("1h", "3650d")
          .describedAs("how long they are kept");

  /** The settings of this record, those of the connection included. */
  public static final Catalogue CATALOGUE =
      Connection.CATALOGUE
          .and(RedactionConfig.CATALOGUE)
          .and(
              Catalogue.of(
                  ID,
                  POOLS,
                  DELIVERY,
                  CONCURRENCY,
                  BACKLOG,
                  LANES,
                  DELIVERY_LIMIT,
                  RATE,
                  DRAIN,
                  REDACT_RESULTS,
                  JOURNAL_URL,
                  JOURNAL_USER,
                  JOURNAL_PASSWORD,
                  JOURNAL_CONNECTIONS,
                  JOURNAL_LEASE,
                  JOURNAL_RETENTION,
                  RESULTS_DIRECTORY,
                  RESULTS_MAX,
                  RESULTS_RETENTION))
          .rule(ExecutorConfig::passwordNeedsUrl);

  private static Optional<Problem> passwordNeedsUrl(Settings settings) {
    return settings.get(JOURNAL_URL).isEmpty() && settings.get(JOURNAL_PASSWORD).isPresent()
        ? Optional.of(
            new Problem(JOURNAL_PASSWORD.key(), "***", JOURNAL_URL.key() + " to be set beside it"))
        : Optional.empty();
  }

  /** Takes this record's part of a service's settings. */
  public static ExecutorConfig from(Settings settings) {
    return new ExecutorConfig(
        Connection.from(settings),
        settings.get(ID),
        settings.get(POOLS),
        settings.get(DELIVERY),
        settings.get(CONCURRENCY),
        settings.get(BACKLOG),
        settings.get(LANES),
        settings.get(DELIVERY_LIMIT),
        settings.get(RATE),
        settings.get(DRAIN),
        settings.get(REDACT_RESULTS),
        RedactionConfig.from(settings),
        new JournalConfig(
            settings.get(JOURNAL_URL),
            settings.get(JOURNAL_USER),
            settings.get(JOURNAL_PASSWORD),
            settings.get(JOURNAL_CONNECTIONS),
            settings.get(JOURNAL_LEASE),
            settings.get(JOURNAL_RETENTION)),
        new ResultConfig(
            settings.get(RESULTS_DIRECTORY),
            settings.get(RESULTS_MAX),
            settings.get(RESULTS_RETENTION)));
  }

  /** Reads these settings alone: for executors started inside another program. */
  public static ExecutorConfig read(Given given) {
    return from(Settings.read(CATALOGUE, given));
  }
}
