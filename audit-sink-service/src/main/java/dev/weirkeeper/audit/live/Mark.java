package dev.weirkeeper.audit.live;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How far the log has been seen: the next offset of each partition. Written as {@code
 * topic.partition:offset} in base 36, separated by commas; topics by the store's numbers.
 *
 * @param next next offsets
 */
record Mark(Map<Place, Long> next) {

  private static final int BASE = 36;
  private static final int MOST = 4_096;

  Mark {
    next = Map.copyOf(next);
  }

  /** A partition of a topic, by the store's number of the topic. */
  record Place(int topic, int partition) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return topic != other.topic
          ? Integer.compare(topic, other.topic)
          : Integer.compare(partition, other.partition);
    }
  }

  /** The mark of a text; empty if it is none. */
  static Optional<Mark> parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    Map<Place, Long> next = new HashMap<>();
    try {
      for (String part : text.split(",", MOST + 1)) {
        int dot = part.indexOf('.');
        int colon = part.indexOf(':', dot + 1);
        if (dot < 1 || colon < dot || next.size() == MOST) {
          return Optional.empty();
        }
        next.put(
            new Place(
                Integer.parseInt(part, 0, dot, BASE), Integer.parseInt(part, dot + 1, colon, BASE)),
            Long.parseLong(part, colon + 1, part.length(), BASE));
      }
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    return Optional.of(new Mark(next));
  }

  @Override
  public String toString() {
    return new TreeMap<>(next)
        .entrySet().stream()
            .map(
                entry ->
                    Integer.toString(entry.getKey().topic(), BASE)
                        + "."
                        + Integer.toString(entry.getKey().partition(), BASE)
                        + ":"
                        + Long.toString(entry.getValue(), BASE))
            .collect(Collectors.joining(","));
  }
}
