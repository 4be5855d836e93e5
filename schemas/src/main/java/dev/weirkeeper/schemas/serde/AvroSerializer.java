package dev.weirkeeper.schemas.serde;

import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated records in the Confluent wire format. Takes the settings of {@code
 * KafkaAvroSerializer} and can be named in {@code value.serializer} in its place.
 *
 * <p>Thread-safe once configured. Null stays null: a record without a value.
 *
 * @param <T> the record, or a supertype for topics of several
 */
public final class AvroSerializer<T extends SpecificRecord> implements Serializer<T> {

  private volatile RecordCodec.@Nullable Writing writer;

  /** For Kafka, which calls {@link #configure} next. */
  public AvroSerializer() {}

  /** A serializer of values, ready to use. */
  public AvroSerializer(Map<String, ?> config) {
    configure(config, false);
  }

  /**
   * @throws org.apache.kafka.common.config.ConfigException if a setting is missing or wrong
   */
  @Override
  public void configure(Map<String, ?> config, boolean isKey) {
    SerdeSettings settings = SerdeSettings.from(config);
    writer =
        settings
            .serializerClass()
            .map(name -> ForeignCodec.writer(name, config, isKey))
            .orElseGet(() -> new RecordWriter(Registries.of(settings.registry()), settings, isKey));
  }

  /**
   * @throws SchemaRefusedException if the registry does not take the record's schema
   * @throws RegistryUnavailableException if the registry is needed and can't be asked
   * @throws org.apache.kafka.common.errors.SerializationException if a required field is unset
   */
  @Override
  public byte @Nullable [] serialize(String topic, @Nullable T data) {
    RecordCodec.Writing ready = writer;
    if (ready == null) {
      throw new IllegalStateException("AvroSerializer is used before configure(settings, isKey)");
    }
    return data == null ? null : ready.write(topic, data);
  }

  @Override
  public byte @Nullable [] serialize(String topic, @Nullable Headers headers, @Nullable T data) {
    return serialize(topic, data);
  }
}
