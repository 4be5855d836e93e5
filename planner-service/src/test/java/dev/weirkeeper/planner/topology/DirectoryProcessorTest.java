package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.edge.Directory;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class DirectoryProcessorTest {

  private static final Topic<AgentDefinition> DEFINITIONS = new Topics("d.").definitions();
  private static final AgentDefinition AGENT =
      AgentDefinition.newBuilder()
          .setName("default")
          .setVersion("1")
          .setModel(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-haiku-4-5", null))
          .build();

  private final Directory directory = new Directory(Redaction.none());

  @Test
  @Timeout(30)
  void a_definition_waits_for_the_registry_and_stops_nobody() throws Exception {
    try (MockWebServer registry = new MockWebServer()) {
      registry.start();
      registry.enqueue(answer(503, ""));
      registry.enqueue(answer(503, ""));
      registry.enqueue(
          answer(
              200,
              new ObjectMapper()
                  .writeValueAsString(
                      Map.of("schema", AgentDefinition.getClassSchema().toString()))));
      DirectoryProcessor processor =
          new DirectoryProcessor(
              DEFINITIONS,
              directory,
              AvroDeserializer.ofAnyRecord(
                  Map.of("schema.registry.url", registry.url("/").toString(), "max.retries", 0)));
      processor.init(context());

      processor.process(new Record<>(key("default"), bytes(AGENT), 0));

      assertThat(directory.agent("default")).contains(AGENT);
      assertThat(registry.getRequestCount()).isEqualTo(3);
    }
  }

  private static MockProcessorContext<Void, Void> context() {
    MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    KeyValueStore<Bytes, byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(DEFINITIONS.name()),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
    return context;
  }

  private static MockResponse answer(int status, String body) {
    return new MockResponse.Builder().code(status).body(body).build();
  }

  private static Bytes key(String name) {
    return Bytes.wrap(name.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(AgentDefinition agent) {
    AvroSerializer<AgentDefinition> writer =
        new AvroSerializer<>(Map.of("schema.registry.url", "mock://" + UUID.randomUUID()));
    return Objects.requireNonNull(writer.serialize(DEFINITIONS.name(), agent));
  }
}
