package dev.weirkeeper.schemas.content;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The texts in a record that people, models or tools wrote. What it is looked up by, ordered by or
 * checked with (ids, names, versions, hashes) is no content and never touched.
 */
public final class RecordTexts {

  /** Fields that hold content, whatever the record. */
  static final Set<String> CONTENT =
      Set.of(
          "arguments",
          "content",
          "description",
          "detail",
          "details",
          "hint",
          "message",
          "metadata",
          "question",
          "reason",
          "refusal",
          "request_options",
          "requested_by",
          "decided_by",
          "raw_usage",
          "system",
          "system_prompt",
          "template",
          "text",
          "unservable",
          "why");

  private RecordTexts() {}

  /**
   * The record with each text of its content replaced.
   *
   * @param record of any kind; never changed itself
   * @param replacement must return an equal text where nothing is to change
   * @return the record itself if nothing changed, otherwise a copy that shares what did not
   */
  public static <T extends SpecificRecord> T map(T record, UnaryOperator<String> replacement) {
    @SuppressWarnings("unchecked") // a copy is of the same class
    T mapped = (T) record(record, replacement);
    return mapped;
  }

  @SuppressWarnings("ReferenceEquality") // what did not change is the same object
  private static IndexedRecord record(IndexedRecord record, UnaryOperator<String> replacement) {
    @Nullable IndexedRecord copy = null;
    for (Schema.Field field : record.getSchema().getFields()) {
      Object before = record.get(field.pos());
      Object after = value(before, CONTENT.contains(field.name()), replacement);
      if (after != before) {
        if (copy == null) {
          copy = copy(record);
        }
        copy.put(field.pos(), after);
      }
    }
    return copy == null ? record : copy;
  }

  private static IndexedRecord copy(IndexedRecord record) {
    Schema schema = record.getSchema();
    IndexedRecord copy = (IndexedRecord) SpecificData.get().newRecord(null, schema);
    for (Schema.Field field : schema.getFields()) {
      copy.put(field.pos(), record.get(field.pos()));
    }
    return copy;
  }

  /** The value itself if nothing in it changes. */
  private static @Nullable Object value(
      @Nullable Object value, boolean content, UnaryOperator<String> replacement) {
    return switch (value) {
      case IndexedRecord nested -> record(nested, replacement);
      case String text when content -> {
        String after = replacement.apply(text);
        yield after.equals(text) ? text : after;
      }
      case Collection<?> items -> items(items, content, replacement);
      case Map<?, ?> entries when content -> entries(entries, replacement);
      case null, default -> value;
    };
  }

  @SuppressWarnings("ReferenceEquality") // likewise
  private static Object items(
      Collection<?> items, boolean content, UnaryOperator<String> replacement) {
    List<@Nullable Object> after = new ArrayList<>(items.size());
    boolean changed = false;
    for (Object item : items) {
      Object one = value(item, content, replacement);
      changed |= one != item;
      after.add(one);
    }
    return changed ? after : items;
  }

  @SuppressWarnings("ReferenceEquality") // likewise
  private static Object entries(Map<?, ?> entries, UnaryOperator<String> replacement) {
    Map<Object, @Nullable Object> after = new LinkedHashMap<>();
    boolean changed = false;
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      Object one = value(entry.getValue(), true, replacement);
      changed |= one != entry.getValue();
      after.put(entry.getKey(), one);
    }
    return changed ? after : entries;
  }
}
