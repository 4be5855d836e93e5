package dev.weirkeeper.system.check;

import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.MalformedJsonException;
import dev.weirkeeper.planner.replay.RecordedSession;
import dev.weirkeeper.planner.replay.Replay;
import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.chain.InputHash;
import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;

/** The account of every session is whole, unchanged, and can be repeated. */
final class ChainRules {

  private ChainRules() {}

  /**
   * Sequences are 1, 2, 3 and so on, in the order of the topic. Under at-least-once an event may be
   * written again, the same.
   */
  static void noGap(History history, BiConsumer<String, String> broken) {
    history
        .eventRecords()
        .forEach(
            (session, records) -> {
              Map<Long, String> hashes = new HashMap<>();
              long last = 0;
              for (Said<SessionEvent> record : records) {
                long sequence = record.value().getSequence();
                String before = hashes.putIfAbsent(sequence, record.value().getHash());
                if (before == null && sequence != last + 1) {
                  broken.accept(
                      session,
                      "event %d at %s follows event %d".formatted(sequence, record.place(), last));
                }
                if (before != null && !before.equals(record.value().getHash())) {
                  broken.accept(
                      session,
                      "event %d at %s says something else than before"
                          .formatted(sequence, record.place()));
                } else if (before != null && history.dump().exactlyOnce()) {
                  broken.accept(
                      session, "event %d is there again at %s".formatted(sequence, record.place()));
                }
                last = Math.max(last, sequence);
              }
            });
  }

  /** Each event has the hash of its bytes and names the one before. */
  static void chainIsValid(History history, BiConsumer<String, String> broken) {
    for (List<Said<SessionEvent>> records : history.eventRecords().values()) {
      for (Said<SessionEvent> record : records) {
        Optional<String> hash = History.hash(record);
        if (hash.isEmpty() || !hash.get().equals(record.value().getHash())) {
          broken.accept(
              record.value().getSessionId(),
              "event %d at %s does not have the hash it carries"
                  .formatted(record.value().getSequence(), record.place()));
        }
      }
    }
    for (String session : history.eventRecords().keySet()) {
      String before = EventHash.NONE;
      for (SessionEvent event : history.events(session)) {
        if (!event.getPreviousHash().equals(before)) {
          broken.accept(
              session, "event %d does not name the event before".formatted(event.getSequence()));
        }
        before = event.getHash();
      }
    }
  }

  /** The record that caused an event is there and is the one that was applied. */
  static void inputIsNamed(History history, BiConsumer<String, String> broken) {
    for (List<Said<SessionEvent>> records : history.eventRecords().values()) {
      for (Said<SessionEvent> record : records) {
        SessionEvent event = record.value();
        InputRef ref = event.getInput();
        if (ref == null) {
          if (event.getTimer() == null) {
            broken.accept(
                event.getSessionId(),
                "event %d names neither record nor timer".formatted(event.getSequence()));
          }
          continue;
        }
        Optional<Said<?>> input = input(history, ref);
        if (input.isEmpty()) {
          broken.accept(
              event.getSessionId(),
              "event %d names %s, where no record is".formatted(event.getSequence(), ref));
        } else if (!(input.get().value() instanceof ApprovalDecision)
            && !InputHash.of(History.avro(input.get().raw()), 0).equals(event.getInputHash())) {
          // A decision is applied in canonical form, so its bytes may differ.
          broken.accept(
              event.getSessionId(),
              "event %d was decided on another record than the one at %s"
                  .formatted(event.getSequence(), input.get().place()));
        }
      }
    }
  }

  /** Today's planner decides the same on the same inputs. */
  static void replayDecidesTheSame(History history, BiConsumer<String, String> broken) {
    Map<String, Pins> pins = new HashMap<>();
    history.all(Pins.class).forEach(one -> pins.put(one.value().getDigest(), one.value()));
    for (String session : history.eventRecords().keySet()) {
      List<SessionEvent> events = history.events(session);
      Map<InputRef, SpecificRecord> inputs = new HashMap<>();
      for (SessionEvent event : events) {
        InputRef ref = event.getInput();
        if (ref != null) {
          input(history, ref).ifPresent(said -> inputs.put(ref, applied(said.value())));
        }
      }
      Replay.Outcome outcome =
          Replay.of(new RecordedSession(session, events, inputs, pins), history.topics());
      switch (outcome) {
        case Replay.Outcome.Same _ -> {}
        case Replay.Outcome.Different(long sequence, String field, String recorded, String today) ->
            broken.accept(
                session,
                "event %d has %s %s, today it would be %s"
                    .formatted(sequence, field, recorded, today));
        case Replay.Outcome.Incomplete(long sequence, String missing) ->
            broken.accept(
                session, "can't be replayed at event %d: %s".formatted(sequence, missing));
      }
    }
  }

  private static Optional<Said<?>> input(History history, InputRef ref) {
    return history.at(new Place(ref.getTopic(), ref.getPartition(), ref.getOffset()));
  }

  /** A record as the planner applies it. */
  private static SpecificRecord applied(SpecificRecord value) {
    if (!(value instanceof ApprovalDecision decision)) {
      return value;
    }
    ApprovalDecision.Builder copy = ApprovalDecision.newBuilder(decision).setEditProblem(null);
    String arguments = decision.getArguments();
    if (decision.getVerdict() == Verdict.EDIT && arguments != null) {
      try {
        copy.setArguments(CanonicalJson.ofObject(arguments));
      } catch (MalformedJsonException e) {
        throw new IllegalArgumentException("a decision that can't have been applied", e);
      }
    }
    return copy.build();
  }
}
