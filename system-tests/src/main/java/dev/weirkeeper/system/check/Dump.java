package dev.weirkeeper.system.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run left behind.
 *
 * @param exactlyOnce whether duplicates on the planner's topics are forbidden
 * @param partitions of topics keyed by session
 * @param prefix of every topic's name
 * @param schemas by the registry's id
 * @param records of every topic, committed or not, partition by partition in the order of offsets
 * @param log what the audit store says it has of them
 * @param ledger its ledger lines
 * @param events its session events
 * @param deadLetters records it knows to be put aside
 * @param effects what tools changed
 * @param charges what the model server charged
 */
public record Dump(
    boolean exactlyOnce,
    int partitions,
    String prefix,
    Map<Integer, String> schemas,
    List<RawRecord> records,
    List<LogRow> log,
    List<LedgerRow> ledger,
    List<EventRow> events,
    List<DeadLetterRow> deadLetters,
    List<Effect> effects,
    List<Charge> charges) {

  /** Where a record stands. */
  public record Place(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "-" + partition + "@" + offset;
    }
  }

  /** A header of a record. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record RawHeader(String name, byte @Nullable [] value) {}

  /**
   * A record as the broker has it.
   *
   * @param committed false if its transaction was aborted
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record RawRecord(
      Place place,
      long timestamp,
      boolean committed,
      List<RawHeader> headers,
      byte @Nullable [] key,
      byte @Nullable [] value) {}

  /**
   * A row of the store's log.
   *
   * @param digest of the record, in hex
   */
  public record LogRow(Place place, String type, String digest) {}

  /** A row of the store's ledger. */
  public record LedgerRow(
      String session, long sequence, int line, String call, String kind, long nanoUsd) {}

  /** A row of the store's session events. */
  public record EventRow(String session, long sequence, String hash) {}

  /** A row of the store's dead letters: where the record stood. */
  public record DeadLetterRow(Place origin, @Nullable String reason) {}

  /** A change of the world. */
  public record Effect(String tool, String call, String arguments) {}

  /**
   * A request that the model server charged.
   *
   * @param user the beginning of what the user said last
   * @param messages of the conversation
   */
  public record Charge(
      String requestId,
      String model,
      String user,
      int messages,
      long uncachedInput,
      long cacheWrite5m,
      long cacheWrite1h,
      long cacheRead,
      long output) {}

  /** The same with other records. */
  public Dump withRecords(List<RawRecord> others) {
    return new Dump(
        exactlyOnce,
        partitions,
        prefix,
        schemas,
        List.copyOf(others),
        log,
        ledger,
        events,
        deadLetters,
        effects,
        charges);
  }

  /** The same with other rows of the store. */
  public Dump withStore(
      List<LogRow> otherLog, List<LedgerRow> otherLedger, List<EventRow> otherEvents) {
    return new Dump(
        exactlyOnce,
        partitions,
        prefix,
        schemas,
        records,
        List.copyOf(otherLog),
        List.copyOf(otherLedger),
        List.copyOf(otherEvents),
        deadLetters,
        effects,
        charges);
  }

  /** The same with other effects. */
  public Dump withEffects(List<Effect> others) {
    return new Dump(
        exactlyOnce,
        partitions,
        prefix,
        schemas,
        records,
        log,
        ledger,
        events,
        deadLetters,
        List.copyOf(others),
        charges);
  }

  /** The same with other charges. */
  public Dump withCharges(List<Charge> others) {
    return new Dump(
        exactlyOnce,
        partitions,
        prefix,
        schemas,
        records,
        log,
        ledger,
        events,
        deadLetters,
        effects,
        List.copyOf(others));
  }

  /** The same with other dead letters in the store. */
  public Dump withDeadLetters(List<DeadLetterRow> others) {
    return new Dump(
        exactlyOnce,
        partitions,
        prefix,
        schemas,
        records,
        log,
        ledger,
        events,
        List.copyOf(others),
        effects,
        charges);
  }

  /** A list that can be changed, of what a list holds. */
  static <T> List<T> open(List<T> list) {
    return new ArrayList<>(list);
  }
}
