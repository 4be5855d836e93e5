package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.store.JsonBytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * A record as readable JSON: its fields by their wire names, absent ones left out, times in ISO
 * 8601, bytes in base64. It is made for people and queries; the exact record is the stored value.
 */
final class RecordJson {

  private RecordJson() {}

  /** Writes a record. */
  static void write(IndexedRecord record, JsonBytes json) {
    json.put('{');
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value != null) {
        value(value, json.name(field.name()));
      }
    }
    json.put('}');
  }

  private static void value(Object value, JsonBytes json) {
    switch (value) {
      case CharSequence text -> json.string(text.toString());
      case Long number -> json.number(number);
      case Integer number -> json.number(number);
      case Boolean flag -> json.raw(flag ? "true" : "false");
      case Instant time -> json.string(time.toString());
      case Enum<?> symbol -> json.string(symbol.name());
      case IndexedRecord record -> write(record, json);
      case Collection<?> items -> {
        json.put('[');
        for (Object item : items) {
          value(item, json.next());
        }
        json.put(']');
      }
      case Map<?, ?> entries -> {
        json.put('{');
        entries.forEach((name, item) -> value(item, json.name(name.toString())));
        json.put('}');
      }
      case ByteBuffer bytes ->
          json.string(Base64.getEncoder().encodeToString(remaining(bytes.duplicate())));
      default -> throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
    }
  }

  private static byte[] remaining(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }
}
