package dev.weirkeeper.planner.topology;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Forgets sessions that have been idle for too long, a few at a time, in two steps a sweep apart.
 * First only what is kept of a session is written, and its journal counts no more; when that has
 * long been committed, the journal goes. A crash that leaves some writes and not others then never
 * leaves a session without either.
 */
final class IdleSessions {
  private static final int MOST_FOUND = 100_000;
  private static final int FORGOTTEN_AT_ONCE = 20;

  private final KeyValueStore<String, byte[]> marks;
  private final Journal journal;
  private final Remnants remnants;
  private final LiveSessions live;
  private final Deque<String> found = new ArrayDeque<>();

  IdleSessions(
      KeyValueStore<String, byte[]> marks, Journal journal, Remnants remnants, LiveSessions live) {
    this.marks = marks;
    this.journal = journal;
    this.remnants = remnants;
    this.live = live;
  }

  /** Whether some were found that are not forgotten yet. */
  boolean any() {
    return !found.isEmpty();
  }

  /** Looks for sessions that have been idle since a time, unless some are left from before. */
  void find(Instant since) {
    if (any()) {
      return;
    }
    try (KeyValueIterator<String, byte[]> all = SessionMark.all(marks)) {
      while (all.hasNext() && found.size() < MOST_FOUND) {
        KeyValue<String, byte[]> one = all.next();
        if (idle(one.value, since)) {
          found.add(one.key);
        }
      }
    }
  }

  /**
   * Takes the next few steps.
   *
   * @param since sessions that moved after it are left alone
   * @param sessions gives a session as it is
   */
  void forgetSome(Instant since, Function<String, LiveSession> sessions) {
    for (int i = 0; i < FORGOTTEN_AT_ONCE && any(); i++) {
      String id = found.remove();
      if (!idle(marks.get(id), since)) {
        continue;
      }
      LiveSession session = sessions.apply(id);
      long forgotten = session.forgotten.sequence();
      if (journal.holdsAny(id, forgotten)) {
        remnants.keep(session);
      } else {
        journal.forget(id, forgotten);
        marks.delete(id);
      }
      live.drop(id);
    }
  }

  private static boolean idle(byte @Nullable [] mark, Instant since) {
    return mark != null && !SessionMark.open(mark) && SessionMark.at(mark).isBefore(since);
  }
}
