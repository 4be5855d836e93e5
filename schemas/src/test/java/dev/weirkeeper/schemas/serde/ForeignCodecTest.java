package dev.weirkeeper.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.schemas.random.RandomRecords;
import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.Task;
import java.io.EOFException;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.generic.GenericData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForeignCodecTest {

  private static final String URL = "mock://foreign";

  /** Stands for the vendor's class: ours behind another name, told what it was configured with. */
  public static final class OtherSerializer implements Serializer<Object> {

    private final AvroSerializer<SpecificRecord> ours = new AvroSerializer<>();
    private static @Nullable Map<String, Object> configured;

    @Override
    public void configure(Map<String, ?> config, boolean isKey) {
      configured = new HashMap<>(config);
      ours.configure(Map.of("schema.registry.url", URL), isKey);
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable Object data) {
      return ours.serialize(topic, (SpecificRecord) data);
    }
  }

  /** Stands for the vendor's class: fails as it does, by the first byte. */
  public static final class OtherDeserializer implements Deserializer<Object> {

    private final AvroDeserializer<SpecificRecord> ours = new AvroDeserializer<>();

    @Override
    public void configure(Map<String, ?> config, boolean isKey) {
      ours.configure(Map.of("schema.registry.url", URL), isKey);
    }

    @Override
    public @Nullable Object deserialize(String topic, byte @Nullable [] data) {
      return switch (Objects.requireNonNull(data)[0]) {
        case 0 -> ours.deserialize(topic, data);
        case 1 -> throw new SerializationException("cut off", new EOFException());
        case 2 -> throw new SerializationException("no way", new ConnectException("refused"));
        case 3 ->
            throw new SerializationException(
                new RestClientException("Schema 9 not found; error code: 40403"));
        case 4 ->
            throw new SerializationException(new RestClientException("Oops; error code: 50001"));
        case 5 -> throw new TimeoutException("registry too slow");
        default -> new GenericData.Record(Task.getClassSchema());
      };
    }
  }

  /** Named and worded as the vendor's exception is. */
  private static final class RestClientException extends Exception {
    private static final long serialVersionUID = 1L;

    RestClientException(String message) {
      super(message);
    }
  }

  @Test
  void two_settings_put_another_makers_classes_in_our_place() {
    Task task = new RandomRecords(1).next(Task.class);

    byte[] bytes =
        new AvroSerializer<Task>(settings("avro.serializer.class", OtherSerializer.class))
            .serialize("tasks", task);

    assertThat(reading().deserialize("tasks", bytes)).isEqualTo(task);
    assertThat(Objects.requireNonNull(OtherSerializer.configured))
        .containsEntry("specific.avro.reader", true)
        .containsEntry("avro.remove.java.properties", true)
        .containsEntry("schema.registry.url", URL);
  }

  @Test
  void its_failures_are_told_apart_as_ours_are() {
    assertUnreadable(Reason.EMPTY);
    assertUnreadable(Reason.MALFORMED, 1);
    assertUnreadable(Reason.MALFORMED, 3);
    assertUnreadable(Reason.WRONG_TYPE, 6);
    for (int first : new int[] {2, 4, 5}) {
      assertThatThrownBy(() -> reading().deserialize("tasks", new byte[] {(byte) first}))
          .isInstanceOf(RegistryUnavailableException.class);
    }
  }

  @Test
  void a_record_of_another_type_and_one_too_long_are_refused() {
    Control control = new RandomRecords(2).next(Control.class);
    byte[] bytes =
        new AvroSerializer<Control>(Map.of("schema.registry.url", URL)).serialize("tasks", control);

    assertThatThrownBy(() -> reading().deserialize("tasks", bytes))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("dev.weirkeeper.wire.Control");
    assertThatThrownBy(() -> reading().deserialize("tasks", new byte[5 * 1024 * 1024]))
        .isInstanceOf(UnreadableRecordException.class)
        .hasMessageContaining("max.record.bytes");
  }

  @Test
  void a_class_that_is_not_there_is_named() {
    assertThatThrownBy(
            () ->
                new AvroSerializer<Task>(
                    Map.of(
                        "schema.registry.url",
                        URL,
                        "avro.serializer.class",
                        "com.example.Missing")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("avro.serializer.class")
        .hasMessageContaining("com.example.Missing");
  }

  private static AvroDeserializer<Task> reading() {
    return new AvroDeserializer<>(
        Task.class, settings("avro.deserializer.class", OtherDeserializer.class));
  }

  private static Map<String, Object> settings(String key, Class<?> value) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("schema.registry.url", URL);
    settings.put(key, value.getName());
    return settings;
  }

  private static void assertUnreadable(Reason reason, int... bytes) {
    byte[] data = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      data[i] = (byte) bytes[i];
    }
    assertThatThrownBy(() -> reading().deserialize("tasks", data))
        .isInstanceOfSatisfying(
            UnreadableRecordException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
