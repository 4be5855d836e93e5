package dev.weirkeeper.audit.order;

import dev.weirkeeper.audit.query.Position;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.schemas.approval.ApproverKey;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.Task;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Gives orders. Thread-safe; connects with the first one. */
public final class Orders implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Connection kafka;
  private final Topics topics;
  private final Optional<ApproverKey> key;
  private final AvroSerializer<SpecificRecord> values;
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * @param key signs decisions; empty: they are not signed
   */
  public Orders(Connection kafka, Optional<ApproverKey> key) {
    this.kafka = kafka;
    this.topics = new Topics(kafka.topicPrefix());
    this.key = key;
    this.values = new AvroSerializer<>(kafka.serde());
  }

  /**
   * Submits a task.
   *
   * @throws OrderFailedException if it is not safe
   */
  public Position submit(Task task) {
    return write(topics.tasks(), task.getSessionId(), task);
  }

  /** Stops, pauses or resumes a session. */
  public Position control(Control control) {
    return write(topics.controls(), control.getSessionId(), control);
  }

  /** Decides on a call. */
  public Position decide(ApprovalDecision decision) {
    return write(
        topics.approvalDecisions(),
        decision.getSessionId(),
        key.map(signs -> signs.sign(decision)).orElse(decision));
  }

  /** True if decisions are signed. */
  public boolean signs() {
    return key.isPresent();
  }

  private Position write(Topic<?> topic, String session, SpecificRecord record) {
    try {
      RecordMetadata written =
          producer()
              .send(
                  new ProducerRecord<>(
                      topic.name(),
                      session.getBytes(StandardCharsets.UTF_8),
                      values.serialize(topic.name(), record)))
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return new Position(written.topic(), written.partition(), written.offset());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OrderFailedException("the service stops", e);
    } catch (ExecutionException e) {
      throw failed(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | KafkaException e) {
      throw failed(e);
    }
  }

  private static OrderFailedException failed(Throwable e) {
    return new OrderFailedException(
        e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
  }

  private synchronized Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      Map<String, Object> keys = kafka.producer();
      keys.put(ProducerConfig.CLIENT_ID_CONFIG, "audit-api");
      keys.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
      keys.put(ProducerConfig.ACKS_CONFIG, "all");
      keys.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
      keys.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() / 2);
      keys.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
      open = new KafkaProducer<>(keys, new ByteArraySerializer(), new ByteArraySerializer());
      producer = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    values.close();
    Producer<byte[], byte[]> open = producer;
    if (open != null) {
      open.close(PATIENCE);
    }
  }
}
