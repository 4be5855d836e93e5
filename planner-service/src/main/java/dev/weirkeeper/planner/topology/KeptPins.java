package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.edge.Pinned;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.wire.Pins;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/** What tasks of one partition are pinned to, by digest: written once, read back when missing. */
final class KeptPins {
  private final KeyValueStore<String, byte[]> store;
  private final String topic;
  private final AvroSerializer<SpecificRecord> writer;
  private final AvroDeserializer<Pins> reader;
  private final Map<String, Pinned> known = new HashMap<>();

  /**
   * @param topic whose schema the store's values have
   */
  KeptPins(KeyValueStore<String, byte[]> store, String topic, Map<String, Object> serde) {
    this.store = store;
    this.topic = topic;
    this.writer = new AvroSerializer<>(serde);
    this.reader = new AvroDeserializer<>(Pins.class, serde);
  }

  /** Bytes of their record, or zero if they are kept already and so are not too long. */
  int length(Pinned pins) {
    return known.containsKey(pins.pins().getDigest()) ? 0 : bytes(pins).length;
  }

  /** Keeps pins; false if they were kept before. */
  boolean keep(Pinned pins) {
    String digest = pins.pins().getDigest();
    if (known.putIfAbsent(digest, pins) != null || store.get(digest) != null) {
      return false;
    }
    store.put(digest, bytes(pins));
    return true;
  }

  /** The pins with a digest. */
  Pinned of(String digest) {
    return known.computeIfAbsent(
        digest,
        missing -> {
          byte[] bytes = store.get(missing);
          if (bytes == null) {
            throw new IllegalStateException("no pins with digest " + missing + " are kept");
          }
          return Pinned.of(Objects.requireNonNull(reader.deserialize(topic, bytes)));
        });
  }

  private byte[] bytes(Pinned pins) {
    return Objects.requireNonNull(writer.serialize(topic, pins.pins()));
  }
}
