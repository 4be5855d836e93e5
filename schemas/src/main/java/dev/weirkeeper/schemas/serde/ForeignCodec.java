package dev.weirkeeper.schemas.serde;

import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import dev.weirkeeper.schemas.trust.WireClasses;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Another maker's serializer and deserializer in the place of ours, for those who must use the
 * vendor's own classes everywhere. Our limits and our exceptions stay: what the vendor's classes
 * throw is sorted into bytes at fault and registry at fault.
 */
final class ForeignCodec {

  static {
    WireClasses.trust();
  }

  private ForeignCodec() {}

  @SuppressWarnings("unchecked") // It refuses what it can't write.
  static RecordCodec.Writing writer(String className, Map<String, ?> config, boolean key) {
    Serializer<Object> serializer =
        create(className, SerdeSettings.SERIALIZER_CLASS, Serializer.class);
    serializer.configure(completed(config), key);
    return (topic, record) -> {
      byte[] bytes = serializer.serialize(topic, record);
      if (bytes == null) {
        throw new SerializationException(
            "%s wrote nothing for a %s to topic %s"
                .formatted(className, record.getSchema().getName(), topic));
      }
      return bytes;
    };
  }

  /**
   * @param only the one class to accept; empty: any record of ours
   */
  @SuppressWarnings("unchecked") // What it reads is checked below.
  static RecordCodec.Reading reader(
      String className,
      Map<String, ?> config,
      boolean key,
      Optional<Class<? extends SpecificRecord>> only,
      int maxBytes) {
    Deserializer<Object> deserializer =
        create(className, SerdeSettings.DESERIALIZER_CLASS, Deserializer.class);
    deserializer.configure(completed(config), key);
    return (topic, headers, bytes) -> {
      RecordReader.refuseTooLong(bytes, maxBytes);
      if (bytes.length == 0) {
        throw new UnreadableRecordException(Reason.EMPTY, "the record has no bytes");
      }
      return accepted(read(deserializer, topic, headers, bytes), only);
    };
  }

  private static @Nullable Object read(
      Deserializer<Object> deserializer, String topic, @Nullable Headers headers, byte[] bytes) {
    try {
      return headers == null
          ? deserializer.deserialize(topic, bytes)
          : deserializer.deserialize(topic, headers, bytes);
    } catch (KafkaException e) {
      if (registryAtFault(e)) {
        throw new RegistryUnavailableException("the schema registry could not be asked: " + e, e);
      }
      throw new UnreadableRecordException(Reason.MALFORMED, "the record can't be read: " + e, e);
    }
  }

  private static SpecificRecord accepted(
      @Nullable Object read, Optional<Class<? extends SpecificRecord>> only) {
    if (read instanceof SpecificRecord record
        && only.map(type -> type.isInstance(record)).orElse(true)
        && WriterSchemas.generatedClass(record.getSchema()).isPresent()) {
      return record;
    }
    throw new UnreadableRecordException(
        Reason.WRONG_TYPE,
        "the record is a %s, expected is %s"
            .formatted(
                read instanceof org.apache.avro.generic.GenericContainer container
                    ? container.getSchema().getFullName()
                    : String.valueOf(read),
                only.map(Class::getName).orElse("a record of ours")));
  }

  /** What makes the vendor's classes read into and write from generated records as ours do. */
  private static Map<String, Object> completed(Map<String, ?> config) {
    Map<String, Object> completed = new HashMap<>();
    completed.put("specific.avro.reader", true);
    completed.put("avro.remove.java.properties", true);
    completed.putAll(config);
    return completed;
  }

  /**
   * True if a failure says nothing about the record. Bytes that end too early are an input and
   * output exception too, so only those of the network count.
   */
  private static boolean registryAtFault(KafkaException failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof SocketException
          || e instanceof SocketTimeoutException
          || e instanceof UnknownHostException
          || e instanceof SSLException
          || e instanceof RetriableException
          || e instanceof AuthenticationException
          || e instanceof AuthorizationException) {
        return true;
      }
      if (e.getClass().getSimpleName().equals("RestClientException")) {
        // The vendor's message ends with the protocol's code: 40401, 40402 and 40403 mean that the
        // schema is not there.
        return !String.valueOf(e.getMessage()).matches("(?s).*error code: 4040[123].*");
      }
    }
    return false;
  }

  private static <S> S create(String className, String setting, Class<S> kind) {
    try {
      return kind.cast(Class.forName(className).getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new ConfigException(
          setting,
          className,
          "must be a %s on the class path: %s".formatted(kind.getSimpleName(), e));
    }
  }
}
