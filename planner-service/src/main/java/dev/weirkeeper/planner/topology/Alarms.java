package dev.weirkeeper.planner.topology;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** When which session is to be looked at again. One time for each session. */
final class Alarms {

  private record Alarm(Instant at, String sessionId) {}

  private final Map<String, Alarm> bySession = new HashMap<>();
  private final TreeSet<Alarm> byTime =
      new TreeSet<>(Comparator.comparing(Alarm::at).thenComparing(Alarm::sessionId));

  /** Looks at a session at this time, if not before. */
  void by(Instant at, String sessionId) {
    Alarm known = bySession.get(sessionId);
    if (known == null || at.isBefore(known.at())) {
      forget(sessionId);
      Alarm alarm = new Alarm(at, sessionId);
      bySession.put(sessionId, alarm);
      byTime.add(alarm);
    }
  }

  /** Does not look at a session again. */
  void forget(String sessionId) {
    Alarm known = bySession.remove(sessionId);
    if (known != null) {
      byTime.remove(known);
    }
  }

  /** The next time there is something to look at. */
  Optional<Instant> next() {
    return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().at());
  }

  /** Takes out the sessions whose time has come. */
  List<String> due(Instant now) {
    List<String> due = new ArrayList<>();
    while (!byTime.isEmpty() && !byTime.first().at().isAfter(now)) {
      Alarm alarm = byTime.removeFirst();
      bySession.remove(alarm.sessionId());
      due.add(alarm.sessionId());
    }
    return due;
  }
}
