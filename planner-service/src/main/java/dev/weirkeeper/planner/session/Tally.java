package dev.weirkeeper.planner.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How often each of a few things happened, in the order in which they first did. */
public record Tally(List<Count> counts) {

  static final Tally NONE = new Tally(List.of());

  /** How often one of them did. */
  public record Count(String what, int times) {}

  /** Zero for what never happened. */
  int of(String what) {
    int at = find(what);
    return at < 0 ? 0 : counts.get(at).times();
  }

  Tally plus(String what) {
    int at = find(what);
    List<Count> more = new ArrayList<>(counts.size() + 1);
    more.addAll(counts);
    if (at < 0) {
      more.add(new Count(what, 1));
    } else {
      more.set(at, new Count(what, counts.get(at).times() + 1));
    }
    return new Tally(List.copyOf(more));
  }

  /** The same by name. */
  public Map<String, Integer> asMap() {
    Map<String, Integer> map = new LinkedHashMap<>();
    counts.forEach(count -> map.put(count.what(), count.times()));
    return map;
  }

  /** A session calls a handful of tools: looking through them costs less than a hash table. */
  private int find(String what) {
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i).what().equals(what)) {
        return i;
      }
    }
    return -1;
  }
}
