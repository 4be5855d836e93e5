package dev.weirkeeper.system.bench;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.system.bench.BenchReport.Latency;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Submits tasks and waits for their results, as a user's program would: through the topics. For one
 * thread.
 */
final class SessionDriver implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final String CLIENT = "bench-driver";

  private final String taskTopic;
  private final KafkaProducer<byte[], byte[]> tasks;
  private final KafkaConsumer<byte[], byte[]> results;
  private final AvroSerializer<Task> writer;
  private final AvroDeserializer<TaskResult> reader;

  /**
   * A session that has ended.
   *
   * @param nanos from the submission of its task to the result
   */
  record Ended(TaskResult result, long nanos) {}

  /**
   * What came back.
   *
   * @param sessions in the order they ended
   * @param wallNanos from the first submission to the last result
   * @param repeated results that came for a task that had one
   */
  record Outcome(List<Ended> sessions, long wallNanos, int repeated) {

    List<TaskResult> results() {
      return sessions.stream().map(Ended::result).toList();
    }

    Latency latency() {
      return Latency.ofNanos(sessions.stream().mapToLong(Ended::nanos));
    }
  }

  SessionDriver(Cluster cluster) {
    this.taskTopic = cluster.topics().tasks().name();
    Map<String, Object> producing = cluster.address().connection().producer();
    producing.put(ProducerConfig.CLIENT_ID_CONFIG, CLIENT);
    producing.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    this.tasks =
        new KafkaProducer<>(producing, new ByteArraySerializer(), new ByteArraySerializer());
    Map<String, Object> consuming = cluster.address().connection().consumer();
    consuming.put(ConsumerConfig.CLIENT_ID_CONFIG, CLIENT);
    consuming.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consuming.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    consuming.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    this.results =
        new KafkaConsumer<>(consuming, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.writer = new AvroSerializer<>(cluster.address().connection().serde());
    this.reader = cluster.deserializer(cluster.topics().results());
    List<TopicPartition> partitions =
        results.partitionsFor(cluster.topics().results().name()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    results.assign(partitions);
    results.seekToEnd(partitions);
    partitions.forEach(results::position);
  }

  /**
   * Runs sessions.
   *
   * @param prefix of their ids, which no other run has used
   * @param concurrency how many at a time: the next begins when one ends
   * @param patience longest time without any result
   * @throws IllegalStateException if that passes
   */
  Outcome run(String prefix, int sessions, int concurrency, Duration patience) {
    Map<String, Long> open = new HashMap<>();
    List<Ended> came = new ArrayList<>(sessions);
    int repeated = 0;
    int begun = 0;
    long start = System.nanoTime();
    while (begun < Math.min(sessions, concurrency)) {
      submit(prefix + begun++, open);
    }
    long last = System.nanoTime();
    while (came.size() < sessions) {
      for (ConsumerRecord<byte[], byte[]> record : results.poll(POLL)) {
        last = System.nanoTime();
        TaskResult result = read(record);
        Long since = open.remove(result.getSessionId());
        if (since == null) {
          repeated += result.getSessionId().startsWith(prefix) ? 1 : 0;
          continue;
        }
        came.add(new Ended(result, last - since));
        if (begun < sessions) {
          submit(prefix + begun++, open);
        }
      }
      if (System.nanoTime() - last > patience.toNanos()) {
        throw new IllegalStateException(
            "no result for %d s; %d of %d sessions have ended, open are %s and others"
                .formatted(
                    patience.toSeconds(),
                    came.size(),
                    sessions,
                    open.keySet().stream().sorted().limit(3).toList()));
      }
    }
    return new Outcome(came, last - start, repeated);
  }

  private TaskResult read(ConsumerRecord<byte[], byte[]> record) {
    TaskResult result = reader.deserialize(record.topic(), record.headers(), record.value());
    if (result == null) {
      throw new IllegalStateException("a result without a value");
    }
    return result;
  }

  private void submit(String session, Map<String, Long> open) {
    Task task =
        Task.newBuilder()
            .setTaskId(session + "-task")
            .setSessionId(session)
            .setText("Make the calls, please.")
            .setAgent(BenchStack.AGENT)
            .setSubmittedAt(Instant.now())
            .build();
    open.put(session, System.nanoTime());
    var _ =
        tasks.send(
            new ProducerRecord<>(
                taskTopic,
                session.getBytes(StandardCharsets.UTF_8),
                writer.serialize(taskTopic, task)));
  }

  @Override
  public void close() {
    tasks.close();
    results.close();
  }
}
