package dev.weirkeeper.system.check;

import dev.weirkeeper.audit.chain.RecordDigest;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.system.check.Dump.EventRow;
import dev.weirkeeper.system.check.Dump.LedgerRow;
import dev.weirkeeper.system.check.Dump.LogRow;
import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.Dump.RawRecord;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.SessionEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** The audit store says what the topics say, no more and no less. */
final class StoreRules {

  private StoreRules() {}

  /** Every committed record is in the log, once, as it was written; and nothing else is. */
  static void everyRecord(History history, BiConsumer<String, String> broken) {
    Map<Place, String> stored = new HashMap<>();
    for (LogRow row : history.dump().log()) {
      if (stored.put(row.place(), row.digest()) != null) {
        broken.accept(row.place().toString(), "is in the log twice");
      }
    }
    RecordDigest digest = new RecordDigest();
    Set<Place> there = new HashSet<>();
    for (RawRecord raw : history.dump().records()) {
      Place place = raw.place();
      if (!raw.committed() || isRoot(history, place)) {
        continue;
      }
      there.add(place);
      String row = stored.get(place);
      String wanted =
          HexFormat.of()
              .formatHex(
                  digest.of(
                      place.topic(),
                      place.partition(),
                      place.offset(),
                      raw.timestamp(),
                      History.headers(raw),
                      raw.key(),
                      raw.value()));
      if (row == null) {
        broken.accept(place.toString(), "is not in the log");
      } else if (!row.equals(wanted)) {
        broken.accept(place.toString(), "is not in the log as it was written");
      }
    }
    for (Place place : stored.keySet()) {
      if (!there.contains(place) && !isRoot(history, place)) {
        broken.accept(place.toString(), "is in the log and was never committed");
      }
    }
  }

  /** Roots are published by the sink itself, so some are always younger than what it has read. */
  private static boolean isRoot(History history, Place place) {
    return place.topic().equals(history.topics().auditRoots().name());
  }

  /** The ledger in the store is the lines of the events. */
  static void ledgerIsTheEvents(History history, BiConsumer<String, String> broken) {
    Set<LedgerRow> told = new HashSet<>();
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        int number = 0;
        for (LedgerLine line : event.getLedger()) {
          told.add(
              new LedgerRow(
                  session,
                  event.getSequence(),
                  number++,
                  line.getCallId(),
                  line.getKind().name().toLowerCase(Locale.ROOT),
                  line.getAmountNanoUsd()));
        }
      }
    }
    Set<LedgerRow> stored = new HashSet<>(history.dump().ledger());
    for (LedgerRow line : told) {
      if (!stored.contains(line)) {
        broken.accept(line.call(), "the store has no line " + line);
      }
    }
    for (LedgerRow line : history.dump().ledger()) {
      if (!told.contains(line)) {
        broken.accept(line.call(), "the store has a line that no event has: " + line);
      }
    }
    if (stored.size() != history.dump().ledger().size()) {
      broken.accept("the ledger", "has lines twice");
    }
  }

  /** The events in the store are the events of the topic. */
  static void eventsAreTheEvents(History history, BiConsumer<String, String> broken) {
    Map<String, EventRow> stored = new HashMap<>();
    for (EventRow row : history.dump().events()) {
      if (stored.put(row.session() + " " + row.sequence(), row) != null) {
        broken.accept(row.session(), "event %d is stored twice".formatted(row.sequence()));
      }
    }
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        EventRow row = stored.remove(session + " " + event.getSequence());
        if (row == null || !row.hash().equals(event.getHash())) {
          broken.accept(
              session,
              "event %d is %s"
                  .formatted(event.getSequence(), row == null ? "not stored" : "stored otherwise"));
        }
      }
    }
    stored
        .values()
        .forEach(
            row ->
                broken.accept(
                    row.session(),
                    "event %d is stored and was never written".formatted(row.sequence())));
  }

  /**
   * Every copy on the dead-letter topic says where the record stood, why it was put aside and by
   * whom; the record is there; the store has it under its place. And every record that can't be
   * read is among them.
   */
  static void deadLetterIsNamed(History history, BiConsumer<String, String> broken) {
    Set<Place> stored = new HashSet<>();
    history.dump().deadLetters().forEach(row -> stored.add(row.origin()));
    Set<Place> written = new HashSet<>();
    history.dump().records().forEach(raw -> written.add(raw.place()));
    Set<Place> named = new HashSet<>();
    history
        .deadLetters()
        .forEach(
            (place, letter) -> {
              Optional<String> problem = problem(letter, written, stored, named);
              problem.ifPresent(what -> broken.accept(place.toString(), what));
            });
    for (Place place : history.unreadable().keySet()) {
      if (!named.contains(place)) {
        broken.accept(place.toString(), "can't be read and is not among the dead letters");
      }
    }
  }

  private static Optional<String> problem(
      Optional<DeadLetter> letter, Set<Place> written, Set<Place> stored, Set<Place> named) {
    if (letter.isEmpty()) {
      return Optional.of("does not say where it stood");
    }
    DeadLetter said = letter.get();
    Place origin = new Place(said.topic(), said.partition(), said.offset());
    named.add(origin);
    if (said.reason().isBlank() || said.service().isBlank()) {
      return Optional.of("does not say why or by whom it was put aside");
    }
    if (!written.contains(origin)) {
      return Optional.of("says it stood at " + origin + ", where no record is");
    }
    return stored.contains(origin)
        ? Optional.empty()
        : Optional.of("is not among the dead letters of the store");
  }
}
