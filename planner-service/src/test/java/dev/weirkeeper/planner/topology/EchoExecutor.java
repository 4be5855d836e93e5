package dev.weirkeeper.planner.topology;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Answers every call of the default pool with its own arguments. */
final class EchoExecutor implements AutoCloseable {
  private final Thread thread;
  private volatile boolean running = true;
  final AtomicInteger calls = new AtomicInteger();

  EchoExecutor(KafkaForTests kafka) {
    thread = Thread.ofPlatform().name("echo-executor").start(() -> run(kafka));
  }

  private void run(KafkaForTests kafka) {
    Topics topics = kafka.topics();
    Map<String, Object> consuming = kafka.settings();
    consuming.put("group.id", kafka.prefix() + "echo");
    consuming.put("auto.offset.reset", "earliest");
    consuming.put("isolation.level", "read_committed");
    try (KafkaConsumer<String, ToolCall> consumer =
            new KafkaConsumer<>(
                consuming,
                new StringDeserializer(),
                new AvroDeserializer<>(ToolCall.class, kafka.settings()));
        KafkaProducer<String, ToolResult> producer =
            new KafkaProducer<>(
                kafka.settings(), new StringSerializer(), new AvroSerializer<>(kafka.settings()))) {
      consumer.subscribe(List.of(topics.toolCalls(Topics.DEFAULT_POOL).name()));
      while (running) {
        for (ConsumerRecord<String, ToolCall> record : consumer.poll(Duration.ofMillis(50))) {
          calls.incrementAndGet();
          Future<?> _ =
              producer.send(
                  new ProducerRecord<>(
                      topics.toolResults().name(), record.key(), result(record.value())));
        }
      }
    }
  }

  private static ToolResult result(ToolCall call) {
    return ToolResult.newBuilder()
        .setCallId(call.getCallId())
        .setSessionId(call.getSessionId())
        .setTaskId(call.getTaskId())
        .setTool(call.getTool())
        .setContent(call.getArguments())
        .setFullBytes(call.getArguments().length())
        .setExecutor("echo")
        .setStartedAt(Instant.now())
        .build();
  }

  @Override
  public void close() {
    running = false;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
