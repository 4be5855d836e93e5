package dev.weirkeeper.planner.topology;

import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.wire.JournalRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The applied inputs of every session of a partition, in a state store keyed by session and
 * sequence. Appended to, read back, and dropped when a session is old enough.
 */
final class Journal {
  private final KeyValueStore<Bytes, byte[]> store;
  private final AvroSerializer<JournalRecord> writer;
  private final AvroDeserializer<JournalRecord> reader;
  private final String subject;

  Journal(KeyValueStore<Bytes, byte[]> store, Map<String, ?> serde, String subject) {
    this.store = store;
    this.writer = new AvroSerializer<>(serde);
    this.reader = new AvroDeserializer<>(JournalRecord.class, serde);
    this.subject = subject;
  }

  void append(String sessionId, JournalRecord record) {
    store.put(
        key(sessionId, record.getSequence()),
        Objects.requireNonNull(writer.serialize(subject, record)));
  }

  JournalRecord read(String sessionId, long sequence) {
    byte[] bytes = store.get(key(sessionId, sequence));
    if (bytes == null) {
      throw new IllegalStateException(
          "the journal of session %s has no record %d".formatted(sessionId, sequence));
    }
    return read(bytes);
  }

  /** Every record after a sequence, in order. */
  void replay(String sessionId, long after, Consumer<JournalRecord> each) {
    try (KeyValueIterator<Bytes, byte[]> records = after(sessionId, after)) {
      while (records.hasNext()) {
        each.accept(read(records.next().value));
      }
    }
  }

  boolean holdsAny(String sessionId, long after) {
    try (KeyValueIterator<Bytes, byte[]> records = after(sessionId, after)) {
      return records.hasNext();
    }
  }

  /** Drops every record up to a sequence. */
  void forget(String sessionId, long last) {
    List<Bytes> keys = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> records =
        store.range(key(sessionId, 0), key(sessionId, last))) {
      while (records.hasNext()) {
        KeyValue<Bytes, byte[]> next = records.next();
        keys.add(next.key);
      }
    }
    keys.forEach(store::delete);
  }

  private KeyValueIterator<Bytes, byte[]> after(String sessionId, long sequence) {
    return store.range(key(sessionId, sequence + 1), key(sessionId, Long.MAX_VALUE));
  }

  private JournalRecord read(byte[] bytes) {
    return Objects.requireNonNull(reader.deserialize(subject, bytes));
  }

  /** The id, a zero byte and the sequence: sorts by session, then by sequence. */
  private static Bytes key(String sessionId, long sequence) {
    byte[] id = sessionId.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(id.length + 1 + Long.BYTES)
            .put(id)
            .put((byte) 0)
            .putLong(sequence)
            .array());
  }
}
