package dev.weirkeeper.executor.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What is done and what is not in one partition of a consumer group, where calls end in any order.
 *
 * <p>The committed offset is that of the first call not done. What is done beyond it, and how often
 * each of the others has been delivered, is written into the commit's metadata, so that the next
 * owner neither runs the former again nor forgets the latter. Not thread-safe.
 */
final class OffsetWindow {

  /** Kafka keeps 4,096 bytes by default ({@code offset.metadata.max.bytes}). */
  static final int MAX_METADATA = 4_000;

  private static final String VERSION = "w1";

  /** Deliveries of calls taken and not done; 0 for done. */
  private final NavigableMap<Long, Integer> deliveries = new TreeMap<>();

  /** What the metadata said of calls that have not been read again yet. */
  private final Map<Long, Integer> remembered = new TreeMap<>();

  private long next;

  private OffsetWindow(long committed) {
    this.next = committed;
  }

  /**
   * A window as the last owner left it.
   *
   * @param committed the committed offset
   * @param metadata what was committed with it; anything else than ours is taken as nothing
   */
  static OffsetWindow of(long committed, String metadata) {
    OffsetWindow window = new OffsetWindow(committed);
    String[] parts = metadata.split(";", -1);
    if (parts.length == 3 && parts[0].equals(VERSION)) {
      try {
        for (String range : items(parts[1])) {
          int dash = range.indexOf('-');
          long from = Long.parseLong(dash < 0 ? range : range.substring(0, dash));
          long to = dash < 0 ? from : Long.parseLong(range.substring(dash + 1));
          for (long offset = from; offset <= to && to - from < 1_000_000; offset++) {
            window.remembered.put(committed + offset, 0);
          }
        }
        for (String count : items(parts[2])) {
          int colon = count.indexOf(':');
          window.remembered.put(
              committed + Long.parseLong(count.substring(0, colon)),
              Integer.parseInt(count.substring(colon + 1)));
        }
      } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
        window.remembered.clear();
      }
    }
    return window;
  }

  private static List<String> items(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
  }

  /**
   * Takes a record.
   *
   * @return how often it has been delivered, this time included; 0 if it is done already
   */
  int take(long offset) {
    Integer before = remembered.remove(offset);
    int count = before == null ? 1 : before == 0 ? 0 : before + 1;
    deliveries.put(offset, count);
    next = Math.max(next, offset + 1);
    return count;
  }

  /**
   * Takes a record once more that was taken and is not done.
   *
   * @return how often it has been delivered, this time included
   */
  int takeAgain(long offset) {
    return deliveries.merge(offset, 1, Integer::sum);
  }

  /** Notes that a call is done. */
  void done(long offset) {
    deliveries.computeIfPresent(offset, (place, count) -> 0);
  }

  /** The offset to commit: everything before it is done. */
  long committable() {
    while (!deliveries.isEmpty() && deliveries.firstEntry().getValue() == 0) {
      deliveries.pollFirstEntry();
    }
    return deliveries.isEmpty() ? next : deliveries.firstKey();
  }

  /** Calls taken and not done. */
  int open() {
    return (int) deliveries.values().stream().filter(count -> count > 0).count();
  }

  /**
   * What is to be committed with {@link #committable}. Counts are left out where they don't fit.
   */
  String metadata() {
    long base = committable();
    String done = String.join(",", doneRanges(base));
    StringBuilder text = new StringBuilder(VERSION).append(';').append(done).append(';');
    if (text.length() > MAX_METADATA) {
      return "";
    }
    boolean first = true;
    for (Map.Entry<Long, Integer> entry : deliveries.entrySet()) {
      if (entry.getValue() > 0) {
        String count = (first ? "" : ",") + (entry.getKey() - base) + ":" + entry.getValue();
        if (text.length() + count.length() > MAX_METADATA) {
          break;
        }
        text.append(count);
        first = false;
      }
    }
    return text.toString();
  }

  /** True if so much is done out of order that taking more could not be remembered. */
  boolean full() {
    return String.join(",", doneRanges(committable())).length() > MAX_METADATA / 2;
  }

  private List<String> doneRanges(long base) {
    List<String> ranges = new ArrayList<>();
    long from = -1;
    long to = -1;
    for (Map.Entry<Long, Integer> entry : deliveries.entrySet()) {
      if (entry.getValue() > 0) {
        continue;
      }
      long offset = entry.getKey() - base;
      if (from >= 0 && offset == to + 1) {
        to = offset;
      } else {
        add(ranges, from, to);
        from = offset;
        to = offset;
      }
    }
    add(ranges, from, to);
    return ranges;
  }

  private static void add(List<String> ranges, long from, long to) {
    if (from >= 0) {
      ranges.add(from == to ? Long.toString(from) : from + "-" + to);
    }
  }
}
