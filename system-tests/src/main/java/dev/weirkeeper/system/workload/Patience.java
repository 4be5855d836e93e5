package dev.weirkeeper.system.workload;

import dev.weirkeeper.cli.cluster.Cluster;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients that outlast whatever is done to the broker. */
public final class Patience {

  private static final int FOR_EVER_MILLIS = 600_000;

  private Patience() {}

  /** A producer that keeps trying for ten minutes; its taker's to close. */
  public static KafkaProducer<byte[], byte[]> producer(Cluster cluster) {
    Map<String, Object> config = cluster.address().connection().producer();
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, FOR_EVER_MILLIS);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, FOR_EVER_MILLIS);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
