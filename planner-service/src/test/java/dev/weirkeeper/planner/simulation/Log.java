package dev.weirkeeper.planner.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Topics of one partition each: ordered, and nothing in them is ever lost. */
final class Log {

  /** A topic, by what is in it. */
  enum Topic {
    TASKS,
    CONTROLS,
    MODEL_CALLS,
    MODEL_REPLIES,
    TOOL_CALLS,
    TOOL_RESULTS,
    APPROVAL_REQUESTS,
    APPROVAL_DECISIONS,
    BUDGET_REQUESTS,
    BUDGET_GRANTS,
    EVENTS,
    RESULTS,
    ALERTS;

    /** What a planner reads. */
    static final List<Topic> SESSION_INPUTS =
        List.of(
            TASKS,
            CONTROLS,
            MODEL_CALLS,
            MODEL_REPLIES,
            TOOL_RESULTS,
            APPROVAL_DECISIONS,
            BUDGET_GRANTS);
  }

  /**
   * A record.
   *
   * @param visible time from which it can be read: never before the one in front of it
   */
  record Entry(String session, Object value, long visible) {}

  private final Map<Topic, List<Entry>> topics = new EnumMap<>(Topic.class);

  Log() {
    for (Topic topic : Topic.values()) {
      topics.put(topic, new ArrayList<>());
    }
  }

  void append(Topic topic, String session, Object value, long visible) {
    List<Entry> entries = of(topic);
    long notBefore = entries.isEmpty() ? visible : Math.max(visible, entries.getLast().visible);
    entries.add(new Entry(session, value, notBefore));
  }

  List<Entry> of(Topic topic) {
    return topics.getOrDefault(topic, List.of());
  }

  /** When the next record that can't be read yet can be; the end of time if there is none. */
  long nextVisible(Topic topic, long now) {
    List<Entry> entries = of(topic);
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).visible > now) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == entries.size() ? Long.MAX_VALUE : entries.get(low).visible;
  }

  /** Whether there is something to read at a position, now. */
  boolean readable(Topic topic, int position, long now) {
    List<Entry> entries = of(topic);
    return position < entries.size() && entries.get(position).visible <= now;
  }
}
