package dev.weirkeeper.planner.topology;

import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.BytesDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TopicNameExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * How the planner's processors, stores and topics hang together. Every name is given, so that an
 * upgrade finds what the release before it left.
 */
public final class PlannerTopology {
  /** Changelog records hold an input and a little more, and inputs may be as long as a record. */
  private static final String CHANGELOG_MAX_BYTES = Integer.toString(4 * 1024 * 1024);

  private PlannerTopology() {}

  /** The topology of a planner. */
  public static Topology of(Shell shell) {
    return of(shell, Stores::persistentKeyValueStore);
  }

  /** The same with other stores. */
  static Topology of(Shell shell, Function<String, KeyValueBytesStoreSupplier> stores) {
    Topics topics = shell.topics();
    Topology topology = new Topology();
    for (Topic<?> definitions : List.of(topics.definitions(), topics.tools(), topics.tenants())) {
      directory(topology, shell, definitions);
    }

    topology
        .addSource(
            "session-inputs",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.tasks().name(),
            topics.controls().name(),
            topics.forks().name(),
            topics.modelCalls().name(),
            topics.modelReplies().name(),
            topics.toolResults().name(),
            topics.approvalDecisions().name(),
            topics.budgetGrants().name())
        .addProcessor(
            "sessions",
            processor(
                shell,
                () -> new SessionProcessor(shell),
                Set.of(
                    store(stores, SessionProcessor.JOURNAL, Serdes.Bytes()),
                    store(stores, SessionProcessor.SESSIONS, Serdes.String()),
                    store(stores, SessionProcessor.PINS, Serdes.String()))),
            "session-inputs")
        .addSource(
            "budget-requests",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.budgetRequests().name())
        .addProcessor(
            "budgets",
            processor(
                shell,
                () -> new BudgetProcessor(shell),
                Set.of(store(stores, BudgetProcessor.STORE, Serdes.String()))),
            "budget-requests");
    sink(topology, "session-outputs", "sessions");
    sink(topology, "budget-outputs", "budgets");
    return topology;
  }

  private static void directory(Topology topology, Shell shell, Topic<?> definitions) {
    String topic = definitions.name();
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(topic), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled(),
        topic + "-source",
        new BytesDeserializer(),
        new ByteArrayDeserializer(),
        topic,
        topic + "-directory",
        () ->
            new DirectoryProcessor(
                definitions, shell.directory(), AvroDeserializer.ofAnyRecord(shell.serde())));
  }

  private static <K> StoreBuilder<KeyValueStore<K, byte[]>> store(
      Function<String, KeyValueBytesStoreSupplier> stores, String name, Serde<K> key) {
    return Stores.keyValueStoreBuilder(stores.apply(name), key, Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, CHANGELOG_MAX_BYTES));
  }

  private static ProcessorSupplier<byte[], byte[], byte[], Outgoing> processor(
      Shell shell,
      Supplier<Processor<byte[], byte[], byte[], Outgoing>> maker,
      Set<StoreBuilder<?>> stores) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], byte[], Outgoing> get() {
        return shell.atLeastOnce()
            ? maker.get()
            : new PromptCommit(maker.get(), shell.topics().modelCalls().name());
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return stores;
      }
    };
  }

  /** One sink for all topics: a record knows where it goes. */
  @SuppressWarnings("removal") // The only method of a partitioner that Kafka 4.4 leaves abstract.
  private static void sink(Topology topology, String name, String from) {
    TopicNameExtractor<byte[], Outgoing> topic = (_, outgoing, _) -> outgoing.topic();
    Serializer<Outgoing> value =
        (_, outgoing) -> outgoing.value() == null ? null : outgoing.value().get();
    StreamPartitioner<byte[], Outgoing> partition =
        (_, _, outgoing, _) -> outgoing.partition().map(Set::of);
    topology.addSink(name, topic, new ByteArraySerializer(), value, partition, from);
  }
}
