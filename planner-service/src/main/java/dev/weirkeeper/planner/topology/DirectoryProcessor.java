package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.edge.Directory;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.schemas.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the {@link Directory} equal to one compacted topic of definitions. */
final class DirectoryProcessor implements Processor<Bytes, byte[], Void, Void> {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryProcessor.class);

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);

  private final String storeName;
  private final Class<?> kind;
  private final Directory directory;
  private final AvroDeserializer<SpecificRecord> reader;
  private @Nullable KeyValueStore<Bytes, byte[]> store;

  DirectoryProcessor(Topic<?> topic, Directory directory, AvroDeserializer<SpecificRecord> reader) {
    this.storeName = topic.name();
    this.kind = topic.value().orElseThrow();
    this.directory = directory;
    this.reader = reader;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    KeyValueStore<Bytes, byte[]> opened = context.getStateStore(storeName);
    store = opened;
    // The store was restored without this processor: take over what it holds.
    try (KeyValueIterator<Bytes, byte[]> all = opened.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> one = all.next();
        take(one.key, one.value);
      }
    }
  }

  @Override
  public void process(Record<Bytes, byte[]> record) {
    if (record.key() == null || store == null) {
      LOG.warn("{}: a definition without a key is ignored", storeName);
      return;
    }
    store.put(record.key(), record.value());
    take(record.key(), record.value());
  }

  private void take(Bytes key, byte @Nullable [] value) {
    String name = new String(key.get(), StandardCharsets.UTF_8);
    if (value == null) {
      directory.remove(kind, name);
      return;
    }
    try {
      SpecificRecord definition = read(name, value);
      if (kind.isInstance(definition)) {
        directory.put(name, definition);
      }
    } catch (UnreadableRecordException | IllegalArgumentException e) {
      LOG.error(
          "{}: the definition of {} can't be read and is ignored: {}",
          storeName,
          name,
          e.getMessage());
    }
  }

  /** Waits for the registry: without this definition, tasks would be decided by a wrong one. */
  private @Nullable SpecificRecord read(String name, byte[] value) {
    while (true) {
      try {
        return reader.deserialize(storeName, value);
      } catch (RegistryUnavailableException e) {
        LOG.warn(
            "{}: the definition of {} waits for the schema registry: {}",
            storeName,
            name,
            e.getMessage());
        try {
          Thread.sleep(BETWEEN_QUESTIONS);
        } catch (InterruptedException stop) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }
}
