package dev.weirkeeper.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.Task;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroSerdeTest {

  private static final Map<String, Object> CONFIG = Map.of("schema.registry.url", "mock://serde");

  private final AvroSerde<Task> serde = AvroSerde.of(Task.class, CONFIG);

  @Test
  void a_record_comes_back_equal_and_begins_with_a_zero_byte_and_its_schema_id() {
    byte[] bytes = bytes(task());

    assertThat(serde.deserializer().deserialize("tasks", bytes)).isEqualTo(task());
    assertThat(bytes[0]).isZero();
    Schema registered =
        SchemaRegistry.connect(CONFIG).byId(ByteBuffer.wrap(bytes).getInt(1)).orElseThrow();
    assertThat(registered.getFullName()).isEqualTo("dev.weirkeeper.wire.Task");
    assertThat(registered.toString()).doesNotContain("avro.java");
  }

  @Test
  void no_value_stays_no_value() {
    assertThat(serde.serializer().serialize("tasks", null)).isNull();
    assertThat(serde.deserializer().deserialize("tasks", null)).isNull();
  }

  @Test
  void the_schema_may_be_named_by_a_guid_in_a_header_or_in_the_prefix() {
    byte[] bytes = bytes(task());
    byte[] avro = Arrays.copyOfRange(bytes, 5, bytes.length);
    Schema registered =
        SchemaRegistry.connect(CONFIG).byId(ByteBuffer.wrap(bytes).getInt(1)).orElseThrow();
    UUID guid = InMemoryRegistry.guid(registered);
    byte[] marked =
        ByteBuffer.allocate(17)
            .put((byte) 1)
            .putLong(guid.getMostSignificantBits())
            .putLong(guid.getLeastSignificantBits())
            .array();
    RecordHeaders headers = new RecordHeaders();
    headers.add("__value_schema_id", marked);
    byte[] prefixed = ByteBuffer.allocate(17 + avro.length).put(marked).put(avro).array();

    assertThat(serde.deserializer().deserialize("tasks", headers, avro)).isEqualTo(task());
    assertThat(serde.deserializer().deserialize("tasks", prefixed)).isEqualTo(task());
  }

  @Test
  void any_record_of_ours_is_read_by_the_name_its_schema_has() {
    Control control =
        Control.newBuilder()
            .setControlId("c")
            .setSessionId("s")
            .setKind(ControlKind.PAUSE)
            .setRequestedBy("ann")
            .setRequestedAt(Instant.EPOCH)
            .build();
    byte[] bytes = new AvroSerializer<SpecificRecord>(CONFIG).serialize("mixed", control);

    assertThat(AvroDeserializer.ofAnyRecord(CONFIG).deserialize("mixed", bytes)).isEqualTo(control);
    assertUnreadable(Reason.WRONG_TYPE, Objects.requireNonNull(bytes))
        .hasMessageContaining("dev.weirkeeper.wire.Control")
        .hasMessageContaining("dev.weirkeeper.wire.Task");
  }

  @Test
  void bad_bytes_are_refused_with_the_reason() {
    byte[] good = bytes(task());

    assertUnreadable(Reason.EMPTY, new byte[0]);
    assertUnreadable(
            Reason.NOT_FRAMED, "{\"task\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .hasMessageContaining("0x7b");
    assertUnreadable(Reason.NOT_FRAMED, new byte[] {0, 0, 0});
    assertUnreadable(Reason.UNKNOWN_SCHEMA, new byte[] {0, 0x7f, 0, 0, 1, 0})
        .hasMessageContaining("id " + 0x7f000001);
    assertUnreadable(Reason.MALFORMED, Arrays.copyOf(good, good.length - 1));
    assertUnreadable(Reason.TRAILING_BYTES, Arrays.copyOf(good, good.length + 1));
    assertUnreadable(Reason.TOO_LONG, new byte[5 * 1024 * 1024]);
  }

  @Test
  void a_record_with_a_required_field_unset_is_refused_before_it_is_sent() {
    Task incomplete = task();
    incomplete.put("text", null);

    assertThatThrownBy(() -> serde.serializer().serialize("tasks", incomplete))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("topic tasks")
        .hasMessageContaining("text");
    assertThat(bytes(task())).isEqualTo(bytes(task()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema.registry.url=",
        "schema.registry.url=ftp://x",
        "auto.register.schemas=perhaps",
        "basic.auth.credentials.source=SASL_INHERIT",
        "value.subject.name.strategy=com.example.Other",
        "max.retries=-1"
      })
  void a_wrong_setting_is_named(String setting) {
    String key = setting.substring(0, setting.indexOf('='));
    Map<String, Object> config = new HashMap<>();
    config.put("schema.registry.url", "http://localhost:1");
    config.put(key, setting.substring(key.length() + 1));

    assertThatThrownBy(() -> new AvroSerializer<Task>(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key);
  }

  private byte[] bytes(Task task) {
    return Objects.requireNonNull(serde.serializer().serialize("tasks", task));
  }

  private org.assertj.core.api.AbstractThrowableAssert<?, ?> assertUnreadable(
      Reason reason, byte[] bytes) {
    return assertThatThrownBy(() -> serde.deserializer().deserialize("tasks", bytes))
        .isInstanceOfSatisfying(
            UnreadableRecordException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static Task task() {
    return Task.newBuilder()
        .setTaskId("t1")
        .setSessionId("s1")
        .setText("Summarise the ticket")
        .setMetadata(Map.of("source", "test"))
        .setSubmittedAt(Instant.parse("2026-11-01T10:00:00.123Z"))
        .build();
  }
}
