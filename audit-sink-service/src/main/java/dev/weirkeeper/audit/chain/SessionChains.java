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
   * Takes the next event.
   *
   * @param avro the value it was decoded from
   * @param from where in it the Avro bytes begin
   * @return what is wrong, if anything is
   */
  public Optional<Finding> next(Place place, SessionEvent event, byte[] avro, int from) {
    Link before = last.get(event.getSessionId());
    Link now = new Link(event.getSequence(), event.getHash());
    if (!EventHash.of(avro, from, event.getHash()).equals(Optional.of(event.getHash()))) {
      last.put(event.getSessionId(), now);
      return found(Kind.CHANGED, place, event, "its content does not have its hash");
    }
    if (before != null && now.sequence() <= before.sequence()) {
      // The planner may say the same again after a crash; two different things it may not.
      return now.equals(before) || now.sequence() < before.sequence()
          ? repeated(place, event, before)
          : found(Kind.FORK, place, event, "another event has this number");
    }
    last.put(event.getSessionId(), now);
    if (before == null) {
      return first(place, event);
    }
    if (now.sequence() > before.sequence() + 1) {
      return found(
          Kind.GAP,
          place,
          event,
          "events %d to %d are missing".formatted(before.sequence() + 1, now.sequence() - 1));
    }
    return event.getPreviousHash().equals(before.hash())
        ? Optional.empty()
        : found(Kind.BROKEN_LINK, place, event, "it does not follow the event before it");
  }

  private Optional<Finding> first(Place place, SessionEvent event) {
    if (event.getSequence() == 1) {
      return event.getPreviousHash().equals(EventHash.NONE)
          ? Optional.empty()
          : found(Kind.BROKEN_LINK, place, event, "the first event follows another");
    }
    return fromTheMiddle
        ? Optional.empty()
        : found(
            Kind.GAP,
            place,
            event,
            "events 1 to %d are missing".formatted(event.getSequence() - 1));
  }

  private static Optional<Finding> repeated(Place place, SessionEvent event, Link before) {
    return event.getSequence() == before.sequence()
        ? Optional.empty()
        : found(
            Kind.BROKEN_LINK,
            place,
            event,
            "it stands after event %d, out of order".formatted(before.sequence()));
  }

  private static Optional<Finding> found(Kind kind, Place place, SessionEvent event, String what) {
    return Optional.of(
        new Finding(
            kind,
            place,
            "event %d of session %s: %s"
                .formatted(event.getSequence(), event.getSessionId(), what)));
  }
}
