package dev.weirkeeper.system.bench;

import dev.weirkeeper.local.broker.BrokerSettings;
import dev.weirkeeper.local.broker.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka alone: the bytes of the workload in as many records, written by one producer and read by
 * one consumer at the same time. A bound from below for anything that goes through the log.
 */
final class RawKafka {

  private static final String TOPIC = "floor";
  private static final short ONE_COPY = 1;
  private static final Duration POLL = Duration.ofMillis(100);

  private RawKafka() {}

  /**
   * Starts a broker, sends, and stops it.
   *
   * @param bytesPerSession of all records of a session
   * @return steps a second, if a step is its share of the records
   */
  static double measure(BenchPlan plan, long bytesPerSession, Path data)
      throws InterruptedException {
    Workload workload = plan.workload();
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(data))) {
      String servers = broker.bootstrapServers();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
        admin.createTopics(List.of(new NewTopic(TOPIC, plan.partitions(), ONE_COPY))).all().get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("the topic could not be made", e);
      }
      int size = Math.toIntExact(Math.max(1, bytesPerSession / workload.records(1)));
      pass(servers, workload.records(workload.warmUp()), size);
      double seconds = pass(servers, workload.records(workload.sessions()), size);
      return BenchReport.rounded((double) workload.sessions() * workload.steps() / seconds);
    }
  }

  private static double pass(String servers, long records, int size) throws InterruptedException {
    Map<String, Object> config = Map.of("bootstrap.servers", servers, "enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", servers),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(TOPIC).stream()
              .map(info -> new TopicPartition(TOPIC, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
      byte[] value = new byte[size];
      long start = System.nanoTime();
      Thread sending =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long i = 0; i < records; i++) {
                      byte[] key = Long.toString(i).getBytes(StandardCharsets.UTF_8);
                      var _ = producer.send(new ProducerRecord<>(TOPIC, key, value));
                    }
                  });
      long read = 0;
      while (read < records) {
        read += consumer.poll(POLL).count();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      sending.join();
      return seconds;
    }
  }
}
