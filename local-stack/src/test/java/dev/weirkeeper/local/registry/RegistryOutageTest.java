package dev.weirkeeper.local.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.local.junit.KafkaForTests;
import dev.weirkeeper.local.junit.WithBroker;
import dev.weirkeeper.schemas.random.RandomRecords;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerde;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.Task;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@WithBroker
class RegistryOutageTest {

  @Test
  void known_records_go_on_while_the_registry_is_down_and_new_ones_as_soon_as_it_is_back(
      KafkaForTests kafka) {
    LocalRegistry first = LocalRegistry.start(kafka.bootstrapServers(), 0);
    Map<String, Object> settings = new HashMap<>();
    settings.put("schema.registry.url", first.url());
    settings.put("max.retries", 0);
    AvroSerde<Task> tasks = AvroSerde.of(Task.class, settings);
    AvroSerializer<Control> controls = new AvroSerializer<>(settings);
    RandomRecords random = new RandomRecords(1);
    Task task = random.next(Task.class);
    Control control = random.next(Control.class);
    String topic = kafka.prefix() + "tasks";
    byte[] known = Objects.requireNonNull(tasks.serializer().serialize(topic, task));
    assertThat(tasks.deserializer().deserialize(topic, known)).isEqualTo(task);

    first.close();

    assertThat(tasks.serializer().serialize(topic, task)).isEqualTo(known);
    assertThat(new AvroDeserializer<>(Task.class, settings).deserialize(topic, known))
        .as("what one deserializer of the process learned, all know")
        .isEqualTo(task);
    assertThatThrownBy(() -> controls.serialize(topic + "-controls", control))
        .isInstanceOf(RegistryUnavailableException.class)
        .hasMessageContaining(first.url());

    try (LocalRegistry second =
        LocalRegistry.start(kafka.bootstrapServers(), URI.create(first.url()).getPort())) {
      byte[] bytes = controls.serialize(topic + "-controls", control);
      assertThat(new AvroDeserializer<>(Control.class, settings).deserialize(topic, bytes))
          .isEqualTo(control);
      assertThat(second.url()).isEqualTo(first.url());
    }
  }
}
