package dev.weirkeeper.planner.session;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The last few of something, oldest first. Bounded, so that a long session stays small. */
record Recent(int limit, List<String> items) {

  static Recent last(int limit) {
    return new Recent(limit, List.of());
  }

  Recent plus(String item) {
    int kept = Math.min(items.size(), limit - 1);
    String[] more = new String[kept + 1];
    for (int i = 0; i < kept; i++) {
      more[i] = items.get(items.size() - kept + i);
    }
    more[kept] = item;
    return new Recent(limit, Collections.unmodifiableList(Arrays.asList(more)));
  }

  Recent minus(String item) {
    return new Recent(limit, items.stream().filter(one -> !one.equals(item)).toList());
  }

  boolean contains(String item) {
    return items.contains(item);
  }

  int count(String item) {
    int count = 0;
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).equals(item)) {
        count++;
      }
    }
    return count;
  }
}
