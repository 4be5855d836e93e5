package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** A statement with as many conditions as the question has. Values are bound, never written in. */
final class Select {

  /** Reads a row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Row row) throws SQLException;
  }

  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> values = new HashMap<>();

  /** A condition that has no value. */
  Select where(String condition) {
    conditions.add(condition);
    return this;
  }

  /** A condition with a value, named in it as {@code :name}. */
  Select where(String condition, String name, Object value) {
    conditions.add(condition);
    return bind(name, value);
  }

  /** The same, if there is a value. */
  Select where(String condition, String name, Optional<?> value) {
    value.ifPresent(given -> where(condition, name, given));
    return this;
  }

  Select bind(String name, Object value) {
    values.put(name, value);
    return this;
  }

  /** Only rows of these tenants. */
  Select of(Tenants tenants, String column) {
    return tenants.all() ? this : where(column + " = ANY(:tenants)", "tenants", tenants.names());
  }

  /** Only rows after a cursor, in a list ordered by a time and an id, both falling. */
  Select after(@Nullable Cursor cursor, String time, String id) {
    return cursor == null
        ? this
        : where("(%s, %s) < (:cursor_time, :cursor_id)".formatted(time, id))
            .bind("cursor_time", cursor.time(0))
            .bind("cursor_id", cursor.text(1));
  }

  /** All conditions, as a WHERE clause with a space before it. */
  String clause() {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  <T> List<T> list(Handle handle, TopicNames topics, String sql, Reader<T> reader) {
    try (Query query = handle.createQuery(sql)) {
      values.forEach((name, value) -> bind(query, name, value));
      return query.map((row, context) -> reader.read(new Row(row, topics))).list();
    }
  }

  private static void bind(Query query, String name, Object value) {
    switch (value) {
      case Instant time -> query.bind(name, time.atOffset(ZoneOffset.UTC));
      case Collection<?> texts -> query.bindArray(name, String.class, texts.toArray());
      default -> query.bind(name, value);
    }
  }
}
