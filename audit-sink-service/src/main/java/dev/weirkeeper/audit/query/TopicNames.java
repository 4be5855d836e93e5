package dev.weirkeeper.audit.query;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/** The store's numbers of topics. A number never changes its name, so what was read stays. */
final class TopicNames {

  private final Map<Integer, String> names = new ConcurrentHashMap<>();

  /** Makes sure that the numbers of rows read after this are known. */
  void refresh(Handle handle) {
    handle
        .createQuery("SELECT topic_id, name FROM topic")
        .map((row, context) -> Map.entry(row.getInt(1), row.getString(2)))
        .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
  }

  String of(int number) {
    return names.getOrDefault(number, "topic " + number);
  }
}
