package dev.weirkeeper.planner.replay;

import dev.weirkeeper.planner.edge.Inbound;
import dev.weirkeeper.planner.edge.Outbound;
import dev.weirkeeper.planner.edge.Pinned;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Decision;
import dev.weirkeeper.planner.session.Planner;
import dev.weirkeeper.planner.session.Remnant;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.Forgotten;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.JournalRecord;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.TimerFired;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Runs a recorded session through today's planner and compares every decision: effects with their
 * request hashes, ledger, limits left, reasons. The first that differs is named. Nothing is called
 * and nothing is written.
 *
 * <p>A session that its planner has forgotten and that went on is run from there: what was before
 * is no part of it any more.
 */
public final class Replay {

  /** What came of it. */
  public sealed interface Outcome {
    /** Every decision is the same today. */
    record Same(int decisions) implements Outcome {}

    /**
     * A decision differs; those before it are the same.
     *
     * @param field of the event that differs
     */
    record Different(long sequence, String field, String recorded, String today)
        implements Outcome {}

    /** The session can't be run again: something it needs is no longer kept. */
    record Incomplete(long sequence, String missing) implements Outcome {}
  }

  private final RecordedSession recorded;
  private final Map<String, Pinned> pinned = new HashMap<>();
  private final Outbound outbound;
  private final Inbound inbound = new Inbound(this::pinned);
  private SessionState state;

  private Replay(RecordedSession recorded, Topics topics) {
    this.recorded = recorded;
    this.outbound = new Outbound(topics, "");
    this.state = SessionState.initial(recorded.id());
  }

  /** Runs a session again. */
  public static Outcome of(RecordedSession recorded, Topics topics) {
    return upTo(recorded, Long.MAX_VALUE, topics).outcome();
  }

  /** Where a session had come to, if every decision up to there is the same today. */
  public record Reached(Outcome outcome, SessionState state) {}

  /** Runs a session again, up to an event. */
  public static Reached upTo(RecordedSession recorded, long sequence, Topics topics) {
    Replay replay = new Replay(recorded, topics);
    Outcome outcome = replay.run(sequence);
    return new Reached(outcome, replay.state);
  }

  private Outcome run(long last) {
    List<SessionEvent> events = recorded.lifeUpTo(last);
    Remnant forgotten = forgotten(events);
    String previousHash =
        forgotten.equals(Remnant.NONE) ? EventHash.NONE : events.getFirst().getPreviousHash();
    state = SessionState.after(forgotten, recorded.id());
    int decisions = 0;
    for (SessionEvent told : events) {
      long sequence = told.getSequence();
      if (sequence != state.session().sequence() + 1) {
        return new Outcome.Incomplete(
            sequence, "event " + (state.session().sequence() + 1) + " of the session");
      }
      Optional<SpecificRecord> input = input(state, told);
      if (input.isEmpty()) {
        return new Outcome.Incomplete(sequence, "the record at " + told.getInput());
      }
      String digest = told.getTaskPinsDigest();
      if (digest != null && !recorded.pins().containsKey(digest)) {
        return new Outcome.Incomplete(sequence, "the pins " + digest);
      }
      JournalRecord record =
          new JournalRecord(
              sequence,
              told.getAt(),
              digest,
              told.getGoverned(),
              told.getUnservable(),
              "",
              told.getInput(),
              input.get(),
              null,
              null,
              null,
              told.getRefusal());
      var event = inbound.event(record);
      Decision decision = Planner.step(state, event);
      SessionEvent today =
          outbound.event(
              Outbound.type(event),
              decision,
              record,
              previousHash,
              decisions == 0 ? forgotten : Remnant.NONE,
              told.getLedger().isEmpty() ? "" : told.getLedger().getFirst().getPriceBook(),
              told.getTaskId(),
              told.getTenant());
      Optional<Outcome> difference = difference(told, today);
      if (difference.isPresent()) {
        return difference.get();
      }
      state = decision.next();
      previousHash = told.getHash();
      decisions++;
    }
    return new Outcome.Same(decisions);
  }

  /** What the planner still knew of the session when these events began. */
  private static Remnant forgotten(List<SessionEvent> events) {
    if (events.isEmpty() || events.getFirst().getForgotten() == null) {
      return Remnant.NONE;
    }
    SessionEvent first = events.getFirst();
    Forgotten before = first.getForgotten();
    return new Remnant(
        first.getSequence() - 1,
        first.getAt(),
        before.getTurns(),
        new NanoUsd(before.getSpentNanoUsd()),
        new NanoUsd(before.getUnsettledNanoUsd()));
  }

  private Optional<SpecificRecord> input(SessionState state, SessionEvent told) {
    String timer = told.getTimer();
    if (timer != null) {
      return Optional.of(new TimerFired(timer));
    }
    InputRef ref = told.getInput();
    @Nullable SpecificRecord input = ref == null ? null : recorded.inputs().get(ref);
    return input instanceof ApprovalDecision decision
        ? Optional.of(inbound.checked(state, decision))
        : Optional.ofNullable(input);
  }

  private static Optional<Outcome> difference(SessionEvent told, SessionEvent today) {
    for (Schema.Field field : SessionEvent.getClassSchema().getFields()) {
      if (field.name().equals("hash")) {
        continue;
      }
      Object then = told.get(field.pos());
      Object now = today.get(field.pos());
      if (!Objects.equals(then, now)) {
        return Optional.of(
            new Outcome.Different(
                told.getSequence(), field.name(), String.valueOf(then), String.valueOf(now)));
      }
    }
    return Optional.empty();
  }

  private Pinned pinned(String digest) {
    return pinned.computeIfAbsent(
        digest, missing -> Pinned.of(Objects.requireNonNull(recorded.pins().get(missing))));
  }
}
