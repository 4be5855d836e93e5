package dev.weirkeeper.schemas.serde;

import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Confluent wire format into generated records. What an older or newer schema wrote is
 * resolved to the class of this build: fields it lacks get their defaults, fields it does not know
 * are skipped. The three places where a record can name its schema are all read.
 *
 * <p>Thread-safe once configured. Null stays null: a record without a value.
 *
 * @param <T> the record; {@link SpecificRecord} where any of ours may come
 */
public final class AvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {

  private volatile RecordCodec.@Nullable Reading reader;
  private final Optional<Class<? extends SpecificRecord>> only;

  /**
   * For Kafka, which calls {@link #configure} next. Accepts any of our records unless {@code
   * specific.avro.value.type} names one.
   */
  public AvroDeserializer() {
    only = Optional.empty();
  }

  /** A deserializer of values of one type, ready to use. */
  public AvroDeserializer(Class<T> type, Map<String, ?> config) {
    only = Optional.of(type);
    configure(config, false);
  }

  /** A deserializer of values of any of our records, ready to use. */
  public static AvroDeserializer<SpecificRecord> ofAnyRecord(Map<String, ?> config) {
    AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>();
    deserializer.configure(config, false);
    return deserializer;
  }

  /**
   * @throws ConfigException if a setting is missing or wrong
   */
  @Override
  public void configure(Map<String, ?> config, boolean isKey) {
    SerdeSettings settings = SerdeSettings.from(config);
    Optional<Class<? extends SpecificRecord>> accepted = only.or(() -> named(settings, isKey));
    reader =
        settings
            .deserializerClass()
            .map(name -> ForeignCodec.reader(name, config, isKey, accepted, settings.maxBytes()))
            .orElseGet(
                () ->
                    new RecordReader(
                        Registries.of(settings.registry()), accepted, isKey, settings.maxBytes()));
  }

  /**
   * @throws UnreadableRecordException if the bytes are at fault
   * @throws RegistryUnavailableException if the registry is needed and can't be asked
   */
  @Override
  public @Nullable T deserialize(String topic, byte @Nullable [] data) {
    return deserialize(topic, null, data);
  }

  /**
   * @throws UnreadableRecordException if the bytes are at fault
   * @throws RegistryUnavailableException if the registry is needed and can't be asked
   */
  @Override
  @SuppressWarnings("unchecked") // The reader gives the accepted class only.
  public @Nullable T deserialize(String topic, @Nullable Headers headers, byte @Nullable [] data) {
    RecordCodec.Reading ready = reader;
    if (ready == null) {
      throw new IllegalStateException("AvroDeserializer is used before configure(settings, isKey)");
    }
    return data == null ? null : (T) ready.read(topic, headers, data);
  }

  private static Optional<Class<? extends SpecificRecord>> named(
      SerdeSettings settings, boolean isKey) {
    String setting = isKey ? SerdeSettings.KEY_TYPE : SerdeSettings.VALUE_TYPE;
    return (isKey ? settings.keyType() : settings.valueType())
        .map(
            name -> {
              try {
                return Class.forName(name).asSubclass(SpecificRecord.class);
              } catch (ClassNotFoundException | ClassCastException e) {
                throw new ConfigException(
                    setting, name, "must be the full name of a generated record class");
              }
            });
  }
}
