package dev.weirkeeper.planner.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients of the planner's Kafka Streams: its producers do what {@link OnceLogged} asks, its
 * main consumer is a {@link PlannerConsumer}.
 */
public final class PlannerClients implements KafkaClientSupplier {

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new Telling(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new PlannerConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Used by one stream thread. */
  private static final class Telling extends KafkaProducer<byte[], byte[]> {
    private final boolean transactional;
    private final List<Runnable> onceCommitted = new ArrayList<>();

    Telling(Map<String, Object> config) {
      super(config, new ByteArraySerializer(), new ByteArraySerializer());
      this.transactional = config.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG) != null;
    }

    @Override
    public Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
      Runnable then = OnceLogged.take();
      if (then == null) {
        return super.send(record, callback);
      }
      if (transactional) {
        Future<RecordMetadata> sent = super.send(record, callback);
        onceCommitted.add(then);
        return sent;
      }
      return super.send(
          record,
          (metadata, failure) -> {
            if (callback != null) {
              callback.onCompletion(metadata, failure);
            }
            if (failure == null) {
              then.run();
            }
          });
    }

    @Override
    public void commitTransaction() {
      super.commitTransaction();
      onceCommitted.forEach(Runnable::run);
      onceCommitted.clear();
    }

    @Override
    public void abortTransaction() {
      onceCommitted.clear();
      super.abortTransaction();
    }
  }
}
