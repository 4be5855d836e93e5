package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import java.util.HashSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a record aside with the reason and where it came from; the partition goes on. */
final class DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
  private static final String SERVICE = "planner";

  private DeadLetters() {}

  static void forward(
      ProcessorContext<byte[], Outgoing> context,
      Shell shell,
      Record<byte[], byte[]> record,
      String why) {
    Redaction redaction = shell.redaction();
    String reason = redaction.apply(why);
    RecordMetadata origin = context.recordMetadata().orElseThrow();
    shell.metrics().deadLettered(origin.topic());
    LOG.warn(
        "record {}-{}@{} is put aside: {}",
        origin.topic(),
        origin.partition(),
        origin.offset(),
        reason);
    ConsumerRecord<byte[], byte[]> original =
        new ConsumerRecord<>(
            origin.topic(),
            origin.partition(),
            origin.offset(),
            record.timestamp(),
            TimestampType.CREATE_TIME,
            record.key() == null ? -1 : record.key().length,
            record.value() == null ? -1 : record.value().length,
            record.key(),
            record.value(),
            new RecordHeaders(record.headers().toArray()),
            java.util.Optional.empty());
    ProducerRecord<byte[], byte[]> copy =
        DeadLetter.copy(
            shell.topics(),
            original,
            reason,
            SERVICE,
            bytes -> redaction.cover(bytes, new HashSet<>()));
    context.forward(
        new Record<>(
            copy.key(),
            Outgoing.of(copy.topic(), copy.value()),
            record.timestamp(),
            copy.headers()));
  }
}
