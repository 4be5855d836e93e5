package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.time.Duration;
import java.util.Optional;

/**
 * How records are taken in.
 *
 * @param members consumers of this instance, each with a thread and a connection; they and those of
 *     other instances share the partitions
 * @param batchRecords most records of one transaction
 * @param batchBytes most bytes of one transaction, apart from a single larger record
 * @param instance name of this instance that stays the same over restarts, so that a restart does
 *     not move partitions; absent: partitions move when it stops
 */
public record IngestConfig(
    int members, int batchRecords, long batchBytes, Optional<String> instance) {

  private static final Setting<Integer> MEMBERS =
      Setting.integer("audit.members")
          .between("1", "64")
          .defaultsTo("2")
          .describedAs("consumers of this instance");

  private static final Setting<Integer> BATCH_RECORDS =
      Setting.integer("audit.batch-records")
          .between("1", "100000")
          .defaultsTo("5000")
          .describedAs("most records written in one transaction");

  private static final Setting<Long> BATCH_BYTES =
      Setting.bytes("audit.batch-bytes")
          .between("64KiB", "1GiB")
          .defaultsTo("16MiB")
          .describedAs("most bytes of records written in one transaction");

  private static final Setting<Optional<String>> INSTANCE =
      Setting.text("audit.instance")
          .where(name -> name.matches("[A-Za-z0-9._-]{1,100}"), "letters, digits, . _ and -")
          .optional()
          .describedAs(
              "a name of this instance that outlives restarts, so partitions stay with it");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(MEMBERS, BATCH_RECORDS, BATCH_BYTES, INSTANCE);

  /** Longest wait for a partition list to show a new topic. */
  static final Duration METADATA_AGE = Duration.ofSeconds(10);

  /** Takes this record's part of the service's settings. */
  public static IngestConfig from(Settings settings) {
    return new IngestConfig(
        settings.get(MEMBERS),
        settings.get(BATCH_RECORDS),
        settings.get(BATCH_BYTES),
        settings.get(INSTANCE));
  }
}
