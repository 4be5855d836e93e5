package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.ingest.Arrival.Content;
import dev.weirkeeper.audit.ingest.Covering.Covered;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.wire.Task;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Bytes into content, secrets covered. A registry that does not answer is the caller's to wait for.
 */
final class Decoder {

  private final AvroDeserializer<SpecificRecord> avro;
  private final CatalogueTopics topics;
  private final Admission admission = new Admission();

  private final Covering covering;

  Decoder(Map<String, ?> serde, CatalogueTopics topics, Redaction redaction) {
    this.covering = new Covering(redaction);
    this.avro = AvroDeserializer.ofAnyRecord(serde);
    this.topics = topics;
  }

  /**
   * Reads a record.
   *
   * @param topicId the store's number of its topic
   * @throws dev.weirkeeper.schemas.serde.RegistryUnavailableException if a schema is needed that
   *     was never read before and the registry can't be asked
   */
  Arrival decode(int topicId, ConsumerRecord<byte[], byte[]> raw) {
    Covered covered =
        covering.of(
            raw.value(),
            raw.headers(),
            read(raw.topic(), raw.headers(), raw.value()),
            (value, headers) -> read(raw.topic(), headers, value));
    return new Arrival(
        topicId,
        raw,
        covered.content(),
        covered.value(),
        covered.headers(),
        covered.found().stream().map(rule -> "redacted: " + rule).toList());
  }

  private Content read(String topic, Headers headers, byte @Nullable [] bytes) {
    if (topics.holdsDeadLetters(topic)) {
      return new Content.DeadLetter();
    }
    if (topics.holdsTasks(topic) && JsonTasks.announced(headers)) {
      Content content = JsonTasks.read(bytes);
      return content instanceof Content.JsonTask(Task task, JsonNode _)
          ? admission.refusal(task).<Content>map(Content.Unreadable::new).orElse(content)
          : content;
    }
    SpecificRecord value;
    try {
      value = avro.deserialize(topic, headers, bytes);
    } catch (UnreadableRecordException e) {
      return new Content.Unreadable(String.valueOf(e.getMessage()));
    }
    if (value == null) {
      return new Content.Tombstone();
    }
    Class<? extends SpecificRecord> expected = topics.value(topic);
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
