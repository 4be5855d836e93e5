package dev.weirkeeper.local.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/**
 * What the services stand on, the same for every kind of broker: run it with {@code
 * -Dweirkeeper.tests.broker=embedded} and {@code container}.
 */
@WithBroker
class SharedBrokerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaForTests kafka;

  SharedBrokerTest(KafkaForTests kafka) {
    this.kafka = kafka;
  }

  @Test
  void an_aborted_transaction_is_never_seen() {
    String topic = topic("transactions");
    Map<String, Object> config = kafka.settings();
    config.put("transactional.id", topic);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      var _ = producer.send(new ProducerRecord<>(topic, "k", "aborted"));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      var _ = producer.send(new ProducerRecord<>(topic, "k", "committed"));
      producer.commitTransaction();
    }

    assertThat(kafka.readBytes(topic))
        .singleElement()
        .satisfies(
            r -> assertThat(new String(r.value(), StandardCharsets.UTF_8)).isEqualTo("committed"));
  }

  @Test
  void a_released_record_comes_again_and_an_accepted_one_does_not() throws Exception {
    String topic = topic("share");
    String group = topic + "-workers";
    setGroup(
        group,
        Map.of("share.auto.offset.reset", "earliest", "share.record.lock.duration.ms", "600000"));
    kafka.sendBytes(topic, "k", new byte[] {1});
    kafka.sendBytes(topic, "k", new byte[] {2});
    Map<String, Object> config = kafka.settings();
    config.put("group.id", group);
    config.put("share.acknowledgement.mode", "explicit");
    try (KafkaShareConsumer<String, String> consumer =
        new KafkaShareConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      int deliveriesOfTheSecond = 0;
      int deliveries = 0;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (deliveriesOfTheSecond < 2 && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          deliveries++;
          boolean again = record.offset() == 1 && ++deliveriesOfTheSecond == 1;
          consumer.acknowledge(record, again ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT);
        }
        consumer.commitSync();
      }

      assertThat(deliveriesOfTheSecond).isEqualTo(2);
      assertThat(deliveries).isEqualTo(3);
    }
  }

  private String topic(String name) {
    String topic = kafka.prefix() + name;
    kafka.create(List.of(new NewTopic(topic, 1, (short) 1)));
    return topic;
  }

  private void setGroup(String group, Map<String, String> settings) throws Exception {
    kafka
        .admin()
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, group),
                settings.entrySet().stream()
                    .map(
                        e ->
                            new AlterConfigOp(
                                new ConfigEntry(e.getKey(), e.getValue()), OpType.SET))
                    .toList()))
        .all()
        .get();
  }
}
