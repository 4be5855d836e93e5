package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.Task;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A record that came in.
 *
 * @param topicId the store's number of its topic
 * @param raw as it came
 * @param content what is in it, without secrets
 * @param value what is stored of its value
 * @param headers what is stored of its headers
 * @param withheld why those two are not as they came; empty: they are
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Arrival(
    int topicId,
    ConsumerRecord<byte[], byte[]> raw,
    Content content,
    byte @Nullable [] value,
    Headers headers,
    List<String> withheld) {

  /** A record that is stored as it came. */
  static Arrival whole(int topicId, ConsumerRecord<byte[], byte[]> raw, Content content) {
    return new Arrival(topicId, raw, content, raw.value(), raw.headers(), List.of());
  }

  /** The session it is about, if it is about one that can be told. */
  Optional<String> session() {
    return switch (content) {
      case Content.Understood(SpecificRecord record) -> {
        Schema.Field field = record.getSchema().getField("session_id");
        yield field == null
            ? Optional.empty()
            : Optional.ofNullable((String) record.get(field.pos()));
      }
      case Content.JsonTask(Task task, JsonNode _) -> Optional.of(task.getSessionId());
      case Content.Unreadable _, Content.Tombstone _, Content.DeadLetter _ -> Optional.empty();
    };
  }

  /** The task it is or passes on, if it does. */
  Optional<Task> task() {
    return switch (content) {
      case Content.Understood(Task task) -> Optional.of(task);
      case Content.Understood(ForkPart part) when part.getPart() instanceof Task task ->
          Optional.of(task);
      case Content.JsonTask(Task task, JsonNode _) -> Optional.of(task);
      default -> Optional.empty();
    };
  }

  /** What is in a record. */
  sealed interface Content {

    /** One of our records. */
    record Understood(SpecificRecord value) implements Content {}

    /** A task that was written as JSON, with what of it is looked up by. */
    record JsonTask(Task task, JsonNode json) implements Content {}

    /** Bytes that are none of our records, or one that can't be stored; the reason in words. */
    record Unreadable(String reason) implements Content {}

    /** No value: on a compacted topic what the key names is withdrawn. */
    record Tombstone() implements Content {}

    /** A copy on the dead-letter topic: any bytes at all. */
    record DeadLetter() implements Content {}
  }

  /** The same record, given up for this reason. */
  Arrival unreadable(String reason) {
    return new Arrival(topicId, raw, new Content.Unreadable(reason), value, headers, withheld);
  }
}
