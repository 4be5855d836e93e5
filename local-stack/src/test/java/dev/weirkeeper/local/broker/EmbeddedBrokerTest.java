package dev.weirkeeper.local.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path data;

  /** With a session of an hour: a broker that had not said good-bye would be kept out so long. */
  @Test
  @Timeout(300)
  void
      a_restart_on_the_same_directory_keeps_the_address_and_the_committed_records_and_waits_for_nobody()
          throws Exception {
    BrokerSettings settings;
    try (EmbeddedBroker first =
        EmbeddedBroker.start(
            BrokerSettings.in(data).with("broker.session.timeout.ms", "3600000"))) {
      settings = first.settings();
      try (Admin admin = admin(first)) {
        admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get();
      }
      try (KafkaProducer<String, String> producer =
          producer(first, Map.of("transactional.id", "writer"))) {
        producer.initTransactions();
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>("kept", "lost", "aborted"));
        producer.flush();
        producer.abortTransaction();
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>("kept", "key", "committed"));
        producer.commitTransaction();
      }
    }

    try (EmbeddedBroker second = EmbeddedBroker.start(settings)) {
      assertThat(second.bootstrapServers()).isEqualTo("127.0.0.1:" + settings.port());
      assertThat(readAll(second, "kept")).containsExactly("committed");
    }
  }

  @Test
  void an_ephemeral_one_takes_its_data_with_it() {
    Path home;
    try (EmbeddedBroker broker = EmbeddedBroker.ephemeral()) {
      home = broker.settings().data();
      assertThat(home).isNotEmptyDirectory();
    }

    assertThat(home).doesNotExist();
  }

  @Test
  void it_knows_the_ports_that_are_its_own() {
    BrokerSettings settings =
        BrokerSettings.in(data)
            .onPort(9092)
            .with(new BrokerSettings.Listener("PLANNER", 9093, 19093));

    assertThat(settings.listensOn(9092)).isTrue();
    assertThat(settings.listensOn(9093)).isTrue();
    assertThat(settings.listensOn(19093)).as("only advertised").isFalse();
  }

  @Test
  void features_of_a_production_cluster_are_on_and_topics_are_not_created_by_accident()
      throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(data));
        Admin admin = admin(broker)) {
      var features = admin.describeFeatures().featureMetadata().get().finalizedFeatures();

      assertThat(features)
          .hasEntrySatisfying("transaction.version", level(2))
          .hasEntrySatisfying("share.version", level(2))
          .hasEntrySatisfying("streams.version", level(1));
      assertThatThrownBy(() -> admin.describeTopics(List.of("never-created")).allTopicNames().get())
          .hasRootCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  @Test
  void a_new_member_of_a_share_group_gets_its_first_record_within_two_seconds() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.in(data));
        Admin admin = admin(broker)) {
      admin.createTopics(List.of(new NewTopic("work", 3, (short) 1))).all().get();
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.GROUP, "workers"),
                  groupSettings(
                      Map.of(
                          "share.auto.offset.reset", "earliest",
                          "share.isolation.level", "read_committed",
                          "share.record.lock.duration.ms", "120000"))))
          .all()
          .get();
      try (KafkaProducer<String, String> producer = producer(broker, Map.of())) {
        producer.send(new ProducerRecord<>("work", "k", "v")).get();
      }
      try (KafkaShareConsumer<String, String> first = shareConsumer(broker)) {
        first.subscribe(List.of("work"));
        pollOne(first);
      }
      try (KafkaProducer<String, String> producer = producer(broker, Map.of());
          KafkaShareConsumer<String, String> next = shareConsumer(broker)) {
        producer.send(new ProducerRecord<>("work", "k", "v")).get();
        next.subscribe(List.of("work"));
        long start = System.nanoTime();

        pollOne(next);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      }
    }
  }

  @Test
  void a_taken_port_is_named_in_the_error() {
    try (EmbeddedBroker first = EmbeddedBroker.start(BrokerSettings.in(data.resolve("a")))) {
      BrokerSettings second = BrokerSettings.in(data.resolve("b")).onPort(first.settings().port());

      assertThatThrownBy(() -> EmbeddedBroker.start(second))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("127.0.0.1:" + first.settings().port())
          .hasMessageContaining("port is taken");
    }
  }

  private static Consumer<FinalizedVersionRange> level(int expected) {
    return range -> assertThat(range.maxVersionLevel()).isEqualTo((short) expected);
  }

  private static Collection<AlterConfigOp> groupSettings(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(
            e ->
                new AlterConfigOp(
                    new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
        .toList();
  }

  private static void pollOne(KafkaShareConsumer<String, String> consumer) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      if (!consumer.poll(Duration.ofMillis(200)).isEmpty()) {
        return;
      }
    }
    throw new AssertionError("no record within " + PATIENCE);
  }

  private static List<String> readAll(EmbeddedBroker broker, String topic) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "group.id", "reader",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
        if (!records.isEmpty()) {
          return java.util.stream.StreamSupport.stream(records.spliterator(), false)
              .map(r -> r.value())
              .toList();
        }
      }
    }
    return List.of();
  }

  private static Admin admin(EmbeddedBroker broker) {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  private static KafkaProducer<String, String> producer(
      EmbeddedBroker broker, Map<String, Object> more) {
    Map<String, Object> config = new java.util.HashMap<>(more);
    config.put("bootstrap.servers", broker.bootstrapServers());
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private static KafkaShareConsumer<String, String> shareConsumer(EmbeddedBroker broker) {
    return new KafkaShareConsumer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", "workers"),
        new StringDeserializer(),
        new StringDeserializer());
  }
}
