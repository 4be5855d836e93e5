package dev.weirkeeper.system.chaos;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.system.chaos.Fault.Bad;
import dev.weirkeeper.system.chaos.Fault.Victim;
import dev.weirkeeper.system.process.ProcessStack;
import dev.weirkeeper.system.process.ServerProcess;
import dev.weirkeeper.system.proxy.TcpProxy;
import dev.weirkeeper.system.proxy.Weather;
import dev.weirkeeper.system.workload.Patience;
import dev.weirkeeper.wire.Alert;
import dev.weirkeeper.wire.AlertKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what a schedule says to a stack, one fault at a time. Not thread-safe. */
final class Breaker {

  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
  private static final Duration STOP = Duration.ofSeconds(40);
  private static final Duration READY = Duration.ofMinutes(4);
  private static final Duration LONGEST_LIFE = Duration.ofSeconds(8);
  private static final int UNKNOWN_SCHEMA = 987_654;
  private static final int LONG_BYTES = 900 * 1024;

  private final ProcessStack stack;
  private final Cluster cluster;
  private final Random random;
  private final Map<String, Integer> done = new TreeMap<>();
  private final List<String> troubles = new ArrayList<>();

  Breaker(ProcessStack stack, Cluster cluster, long seed) {
    this.stack = stack;
    this.cluster = cluster;
    this.random = new Random(seed * 17 + 3);
  }

  /** How often each kind of fault was done. */
  Map<String, Integer> done() {
    return new TreeMap<>(done);
  }

  /** What happened that nobody did: processes that ended by themselves. */
  List<String> troubles() {
    return troubles;
  }

  /** Does a fault, and undoes it where it is one that passes. */
  void apply(Fault fault) throws InterruptedException {
    LOG.info("fault: {}", fault);
    lookForTheFallen();
    switch (fault) {
      case Fault.Kill(Victim victim, int number, Duration down) -> {
        count("kill " + name(victim));
        ServerProcess process = process(victim, number);
        kill(victim, process);
        Thread.sleep(down);
        if (victim == Victim.REGISTRY) {
          // Ours keeps its schemas in the broker and does not wait for one.
          stack.broker().awaitReady(READY);
        }
        process.start();
      }
      case Fault.Die(Victim victim, int number, String point, Duration down) -> {
        ServerProcess process = process(victim, number);
        process.arm(point);
        if (process.awaitExit(LONGEST_LIFE).isPresent()) {
          count("death at " + point.substring(0, point.indexOf(':')));
        } else {
          // It was not reached: the load is nearly over, or the service had nothing to do.
          count("kill " + name(victim));
          process.kill();
        }
        Thread.sleep(down);
        process.start();
      }
      case Fault.Restart(Victim victim, int number) -> {
        count("restart " + name(victim));
        ServerProcess process = process(victim, number);
        process.stop(STOP);
        process.start();
      }
      case Fault.Freeze(Victim victim, int number, Duration still) -> {
        count("freeze " + name(victim));
        ServerProcess process = process(victim, number);
        process.pause();
        Thread.sleep(still);
        process.resume();
      }
      case Fault.Storm(String link, Weather weather, Duration lasts) -> {
        TcpProxy proxy = stack.proxies().get(link);
        if (proxy != null) {
          count("storm on " + link);
          proxy.turn(weather);
          Thread.sleep(lasts);
          proxy.turn(new Weather.Fair());
        }
      }
      case Fault.Reset(String link) -> {
        TcpProxy proxy = stack.proxies().get(link);
        if (proxy != null) {
          count("reset of " + link);
          proxy.reset();
        }
      }
      case Fault.Echo(String topic, int records) -> {
        stack.broker().awaitReady(READY);
        count("echo");
        echo(full(topic), records);
      }
      case Fault.Poison(String topic, Bad bad) -> {
        stack.broker().awaitReady(READY);
        count("bad record");
        poison(full(topic), bad);
      }
    }
  }

  private void kill(Victim victim, ServerProcess process) throws InterruptedException {
    if (victim == Victim.POSTGRES) {
      stack.killPostgres();
    } else {
      process.kill();
    }
  }

  /**
   * Starts what does not run, waits until everything does its work again, and notes what does not.
   */
  void mend() throws InterruptedException {
    lookForTheFallen();
    stack.proxies().values().forEach(proxy -> proxy.turn(new Weather.Fair()));
    for (ServerProcess process : stack.all()) {
      process.resume();
      try {
        process.awaitReady(READY);
      } catch (IllegalStateException e) {
        troubles.add(
            "%s is not ready %d s after the last fault: %s"
                .formatted(process.name(), READY.toSeconds(), e.getMessage()));
      }
    }
  }

  /** Services are to go on by themselves; one that ended is a finding, and is started again. */
  private void lookForTheFallen() {
    for (ServerProcess process : stack.all()) {
      process
          .exit()
          .ifPresent(
              exit -> {
                troubles.add("%s ended by itself with %d".formatted(process.name(), exit));
                process.start();
              });
    }
  }

  private ServerProcess process(Victim victim, int number) {
    return switch (victim) {
      case PLANNER -> round(stack.planners(), number);
      case EXECUTOR -> round(stack.executors(), number);
      case SINK -> round(stack.sinks(), number);
      case BROKER -> stack.broker();
      case POSTGRES -> stack.postgres();
      case REGISTRY -> stack.registry();
    };
  }

  private static ServerProcess round(List<ServerProcess> processes, int number) {
    return processes.get(number % processes.size());
  }

  private void echo(String topic, int records) {
    List<ConsumerRecord<byte[], byte[]>> there = new ArrayList<>();
    new TopicScan(cluster).records(topic, java.util.Optional.empty(), there::add);
    List<ProducerRecord<byte[], byte[]>> again = new ArrayList<>();
    for (int i = 0; i < records && !there.isEmpty(); i++) {
      ConsumerRecord<byte[], byte[]> record = there.get(random.nextInt(there.size()));
      if (record.value() != null) {
        again.add(
            new ProducerRecord<>(
                topic, record.partition(), null, record.key(), record.value(), record.headers()));
      }
    }
    write(again);
  }

  private void poison(String topic, Bad bad) {
    byte[] key = ("poison-" + random.nextInt(1000)).getBytes(StandardCharsets.UTF_8);
    byte[] alert = alert();
    byte[] value =
        switch (bad) {
          case EMPTY -> new byte[0];
          case NO_AVRO -> "this is no Avro".getBytes(StandardCharsets.UTF_8);
          case UNKNOWN_SCHEMA ->
              ByteBuffer.allocate(9).put((byte) 0).putInt(UNKNOWN_SCHEMA).putInt(1).array();
          case WRONG_TYPE -> alert;
          case CUT -> java.util.Arrays.copyOf(alert, alert.length / 2);
          case LONG -> new byte[LONG_BYTES];
        };
    write(List.of(new ProducerRecord<>(topic, key, value)));
  }

  private void write(List<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer = Patience.producer(cluster)) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        var _ = producer.send(record);
      }
      producer.flush();
    }
  }

  /** A record that none of the topics services read is made for. */
  private byte[] alert() {
    Alert alert =
        Alert.newBuilder()
            .setAlertId("poison-" + random.nextInt())
            .setKind(AlertKind.COST)
            .setThreshold(1)
            .setValue(2)
            .setMessage("not for this topic")
            .setAt(Instant.EPOCH)
            .build();
    try (AvroSerializer<Alert> writer =
        new AvroSerializer<>(cluster.address().connection().serde())) {
      byte[] bytes = writer.serialize(cluster.topics().alerts().name(), alert);
      return bytes == null ? new byte[0] : bytes;
    }
  }

  private String full(String topic) {
    return cluster.address().connection().topicPrefix() + topic;
  }

  private void count(String what) {
    done.merge(what, 1, Integer::sum);
  }

  private static String name(Victim victim) {
    return victim.name().toLowerCase(java.util.Locale.ROOT);
  }
}
