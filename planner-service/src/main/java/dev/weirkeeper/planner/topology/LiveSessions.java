package dev.weirkeeper.planner.topology;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a partition that are in memory. Those that have not been used for longest are
 * dropped when all together are too large; any can be read back from the journal.
 */
final class LiveSessions {

  private record Held(LiveSession session, long bytes) {}

  private final long mostBytes;
  private final int fewest;
  private final Map<String, Held> held = new LinkedHashMap<>(1024, 0.75f, true);
  private long bytes;

  /**
   * @param mostBytes of all sessions, as they estimate it; one is always kept, but with zero none
   */
  LiveSessions(long mostBytes) {
    this.mostBytes = mostBytes;
    this.fewest = mostBytes == 0 ? 0 : 1;
  }

  @Nullable LiveSession get(String id) {
    Held found = held.get(id);
    return found == null ? null : found.session();
  }

  /** Keeps a session in its present size, and drops others for it if need be. */
  void keep(LiveSession session) {
    Held now = new Held(session, session.bytes());
    Held before = held.put(session.id, now);
    bytes += now.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Held> longestUnused = held.values().iterator();
    while (bytes > mostBytes && held.size() > fewest) {
      bytes -= longestUnused.next().bytes();
      longestUnused.remove();
    }
  }

  void drop(String id) {
    Held dropped = held.remove(id);
    bytes -= dropped == null ? 0 : dropped.bytes();
  }

  void clear() {
    held.clear();
    bytes = 0;
  }
}
