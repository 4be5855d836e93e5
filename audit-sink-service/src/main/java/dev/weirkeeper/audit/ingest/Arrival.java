package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.wire.Task;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;

/**
 * A record that came in.
 *
 * @param topicId the store's number of its topic
 * @param raw as it came
 * @param content what is in it
 */
record Arrival(int topicId, ConsumerRecord<byte[], byte[]> raw, Content content) {

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
    return new Arrival(topicId, raw, new Content.Unreadable(reason));
  }
}
