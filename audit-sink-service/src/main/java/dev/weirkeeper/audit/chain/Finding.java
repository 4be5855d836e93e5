package dev.weirkeeper.audit.chain;

/**
 * Something an audit found to be wrong.
 *
 * @param kind the kind
 * @param place of the record, or of the first of several
 * @param what in words, with the session where there is one
 */
public record Finding(Kind kind, Place place, String what) {

  /** What can be wrong. */
  public enum Kind {
    /** Events of a session are missing. */
    GAP,
    /** A session has two different events with one number. */
    FORK,
    /** An event does not follow the one before it. */
    BROKEN_LINK,
    /** A record is not as it was written. */
    CHANGED,
    /** A record is not where an event or a root says it is. */
    MISSING,
    /** A run of records does not have the root that was published for it. */
    ROOT,
    /** A table does not say what the log says. */
    TABLE
  }

  /**
   * Where a record stands.
   *
   * @param topic its topic; empty where the finding is about no single topic
   */
  public record Place(String topic, int partition, long offset) {

    @Override
    public String toString() {
      return topic + "-" + partition + "@" + offset;
    }
  }

  @Override
  public String toString() {
    return kind + " at " + place + ": " + what;
  }
}
