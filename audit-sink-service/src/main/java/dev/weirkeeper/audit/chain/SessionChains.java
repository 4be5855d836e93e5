package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.chain.Finding.Kind;
import dev.weirkeeper.audit.chain.Finding.Place;
import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.wire.SessionEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Follows the hash chains of sessions, event by event, in the order of their partitions.
 *
 * <p>After a finding it goes on from the event found, so that one break is named once. Not
 * thread-safe.
 */
public final class SessionChains {

  private record Link(long sequence, String hash) {}

  private final Map<String, Link> last = new HashMap<>();
  private final boolean fromTheMiddle;

  /**
   * @param fromTheMiddle true if sessions may begin after their first event, because older records
   *     are not kept any more
   */
  public SessionChains(boolean fromTheMiddle) {
    this.fromTheMiddle = fromTheMiddle;
  }

  /** Number of sessions seen. */
  public int sessions() {
    return last.size();
  }

  /**
   * What places an event in its chain.
   *
   * @param previous hash of the event before
   */
  public record Step(String session, long sequence, String previous, String hash) {

    static Step of(SessionEvent event) {
      return new Step(
          event.getSessionId(), event.getSequence(), event.getPreviousHash(), event.getHash());
    }
  }

  /**
   * Takes the next event.
   *
   * @param avro the value it was decoded from
   * @param from where in it the Avro bytes begin
   * @return what is wrong, if anything is
   */
  public Optional<Finding> next(Place place, SessionEvent event, byte[] avro, int from) {
    Step step = Step.of(event);
    if (!EventHash.of(avro, from, event.getHash()).equals(Optional.of(event.getHash()))) {
      last.put(step.session(), new Link(step.sequence(), step.hash()));
      return found(Kind.CHANGED, place, step, "its content does not have its hash");
    }
    return linked(place, step);
  }

  /**
   * Takes the next event where not all of its content is kept, so that its hash can't be computed:
   * only its place in the chain is checked.
   */
  public Optional<Finding> linked(Place place, Step step) {
    Link before = last.get(step.session());
    Link now = new Link(step.sequence(), step.hash());
    if (before != null && now.sequence() <= before.sequence()) {
      // The planner may say the same again after a crash; two different things it may not.
      return now.equals(before) || now.sequence() < before.sequence()
          ? repeated(place, step, before)
          : found(Kind.FORK, place, step, "another event has this number");
    }
    last.put(step.session(), now);
    if (before == null) {
      return first(place, step);
    }
    if (now.sequence() > before.sequence() + 1) {
      return found(
          Kind.GAP,
          place,
          step,
          "events %d to %d are missing".formatted(before.sequence() + 1, now.sequence() - 1));
    }
    return step.previous().equals(before.hash())
        ? Optional.empty()
        : found(Kind.BROKEN_LINK, place, step, "it does not follow the event before it");
  }

  private Optional<Finding> first(Place place, Step step) {
    if (step.sequence() == 1) {
      return step.previous().equals(EventHash.NONE)
          ? Optional.empty()
          : found(Kind.BROKEN_LINK, place, step, "the first event follows another");
    }
    return fromTheMiddle
        ? Optional.empty()
        : found(Kind.GAP, place, step, "events 1 to %d are missing".formatted(step.sequence() - 1));
  }

  private static Optional<Finding> repeated(Place place, Step step, Link before) {
    return step.sequence() == before.sequence()
        ? Optional.empty()
        : found(
            Kind.BROKEN_LINK,
            place,
            step,
            "it stands after event %d, out of order".formatted(before.sequence()));
  }

  private static Optional<Finding> found(Kind kind, Place place, Step step, String what) {
    return Optional.of(
        new Finding(
            kind,
            place,
            "event %d of session %s: %s".formatted(step.sequence(), step.session(), what)));
  }
}
