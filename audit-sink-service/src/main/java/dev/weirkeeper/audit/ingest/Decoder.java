package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.ingest.Arrival.Content;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.Task;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;

/** Bytes into content. A registry that does not answer is the caller's to wait for. */
final class Decoder {

  private final AvroDeserializer<SpecificRecord> avro;
  private final CatalogueTopics topics;
  private final Admission admission = new Admission();

  Decoder(Map<String, ?> serde, CatalogueTopics topics) {
    this.avro = AvroDeserializer.ofAnyRecord(serde);
    this.topics = topics;
  }

  /**
   * @throws dev.weirkeeper.schemas.serde.RegistryUnavailableException if a schema is needed that
   *     was never read before and the registry can't be asked
   */
  Content decode(ConsumerRecord<byte[], byte[]> raw) {
    if (topics.holdsDeadLetters(raw.topic())) {
      return new Content.DeadLetter();
    }
    if (topics.holdsTasks(raw.topic()) && JsonTasks.announced(raw.headers())) {
      Content content = JsonTasks.read(raw.value());
      return content instanceof Content.JsonTask(Task task, JsonNode _)
          ? admission.refusal(task).<Content>map(Content.Unreadable::new).orElse(content)
          : content;
    }
    SpecificRecord value;
    try {
      value = avro.deserialize(raw.topic(), raw.headers(), raw.value());
    } catch (UnreadableRecordException e) {
      return new Content.Unreadable(String.valueOf(e.getMessage()));
    }
    if (value == null) {
      return new Content.Tombstone();
    }
    Class<? extends SpecificRecord> expected = topics.value(raw.topic());
    if (!expected.isInstance(value)) {
      return new Content.Unreadable(
          "a %s, the topic holds %s"
              .formatted(value.getSchema().getFullName(), expected.getSimpleName()));
    }
    SpecificRecord readable = value;
    return admission
        .refusal(value)
        .<Content>map(Content.Unreadable::new)
        .orElseGet(() -> new Content.Understood(readable));
  }
}
