package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@WithBroker
final class PlannerClientsTest {
  private final KafkaForTests kafka;
  private final List<String> done = new CopyOnWriteArrayList<>();

  PlannerClientsTest(KafkaForTests kafka) {
    this.kafka = kafka;
  }

  @BeforeAll
  static void topics(KafkaForTests kafka) {
    kafka.createTopics(1);
  }

  @Test
  void in_a_transaction_it_happens_with_the_commit() {
    try (Producer<byte[], byte[]> producer = producer(true)) {
      producer.beginTransaction();
      send(producer, "first");
      send(producer, "second");
      producer.flush();
      assertThat(done).isEmpty();

      producer.commitTransaction();
      assertThat(done).containsExactly("first", "second");

      producer.beginTransaction();
      send(producer, "third");
      producer.commitTransaction();
      assertThat(done).containsExactly("first", "second", "third");
    }
  }

  @Test
  void what_is_taken_back_does_not_happen() {
    try (Producer<byte[], byte[]> producer = producer(true)) {
      producer.beginTransaction();
      send(producer, "aborted");
      producer.abortTransaction();
      producer.beginTransaction();
      send(producer, "committed");
      producer.commitTransaction();
    }

    assertThat(done).containsExactly("committed");
  }

  @Test
  void without_transactions_it_happens_once_the_record_is_written() {
    try (Producer<byte[], byte[]> producer = producer(false)) {
      send(producer, "written");
      var _ = producer.send(record("nothing follows"));
      producer.flush();
    }

    assertThat(done).containsExactly("written");
  }

  @Test
  void a_record_that_was_not_written_leads_to_nothing() {
    try (Producer<byte[], byte[]> producer = producer(false)) {
      OnceLogged.send(
          () -> {
            var _ = producer.send(new ProducerRecord<>(topic(), new byte[4 << 20]));
          },
          () -> done.add("never"));
      producer.flush();
    }

    assertThat(done).isEmpty();
  }

  private void send(Producer<byte[], byte[]> producer, String what) {
    OnceLogged.send(
        () -> {
          var _ = producer.send(record(what));
        },
        () -> done.add(what));
  }

  private ProducerRecord<byte[], byte[]> record(String what) {
    return new ProducerRecord<>(topic(), what.getBytes(StandardCharsets.UTF_8));
  }

  private String topic() {
    return kafka.topics().modelCalls().name();
  }

  private Producer<byte[], byte[]> producer(boolean transactional) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
    if (transactional) {
      config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "once-logged");
    }
    Producer<byte[], byte[]> producer = new PlannerClients().getProducer(config);
    if (transactional) {
      producer.initTransactions();
    }
    return producer;
  }
}
