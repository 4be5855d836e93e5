package dev.weirkeeper.local.interop;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * The vendor's genuine {@code KafkaAvroSerializer} and {@code KafkaAvroDeserializer}, with the Avro
 * they were built with, in a class loader of their own. Records go in and come out as plain Java
 * values: maps, lists, strings, numbers, bytes.
 */
final class VendorSerdes implements AutoCloseable {

  private final URLClassLoader loader;
  private final Object serializer;
  private final Method serialize;
  private final Object deserializer;
  private final Method deserialize;
  private final Class<?> recordClass;
  private final Method getField;
  private final Method getSchema;
  private final Method getFields;
  private final Method fieldName;
  private final Constructor<?> newRecord;
  private final Method putField;
  private final Constructor<?> newEnum;
  private final Class<?> schemaClass;
  private final Map<String, Object> schemas = new HashMap<>();

  VendorSerdes(Path jar, Map<String, ?> config) throws ReflectiveOperationException {
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is missing; run the tests through Maven");
    }
    try {
      loader =
          new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      serializer = create("io.confluent.kafka.serializers.KafkaAvroSerializer", config);
      deserializer = create("io.confluent.kafka.serializers.KafkaAvroDeserializer", config);
    } finally {
      thread.setContextClassLoader(before);
    }
    serialize = serializer.getClass().getMethod("serialize", String.class, Object.class);
    deserialize = deserializer.getClass().getMethod("deserialize", String.class, byte[].class);
    schemaClass = loader.loadClass("org.apache.avro.Schema");
    recordClass = loader.loadClass("org.apache.avro.generic.GenericData$Record");
    getField = recordClass.getMethod("get", int.class);
    putField = recordClass.getMethod("put", int.class, Object.class);
    getSchema = recordClass.getMethod("getSchema");
    getFields = schemaClass.getMethod("getFields");
    fieldName = loader.loadClass("org.apache.avro.Schema$Field").getMethod("name");
    newRecord = recordClass.getConstructor(schemaClass);
    newEnum =
        loader
            .loadClass("org.apache.avro.generic.GenericData$EnumSymbol")
            .getConstructor(schemaClass, Object.class);
  }

  /** What the vendor's deserializer reads, as plain values. */
  @Nullable Object read(String topic, byte[] bytes) throws ReflectiveOperationException {
    return plain(deserialize.invoke(deserializer, topic, bytes));
  }

  /** What the vendor's serializer writes for a record. */
  byte[] write(String topic, IndexedRecord record) throws ReflectiveOperationException {
    Object foreign = Objects.requireNonNull(foreign(record.getSchema(), record));
    return (byte[]) Objects.requireNonNull(serialize.invoke(serializer, topic, foreign));
  }

  /** One of our records as the same plain values. */
  static @Nullable Object plainOurs(@Nullable Object value) {
    return switch (value) {
      case IndexedRecord record -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Schema.Field field : record.getSchema().getFields()) {
          fields.put(field.name(), plainOurs(record.get(field.pos())));
        }
        yield fields;
      }
      case List<?> items -> items.stream().map(VendorSerdes::plainOurs).toList();
      case Map<?, ?> entries -> {
        Map<String, @Nullable Object> plain = new HashMap<>();
        entries.forEach((k, v) -> plain.put(String.valueOf(k), plainOurs(v)));
        yield plain;
      }
      case Enum<?> symbol -> symbol.name();
      case Instant instant -> instant.toEpochMilli();
      case null, default -> value;
    };
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }

  private Object create(String name, Map<String, ?> config) throws ReflectiveOperationException {
    Object created = loader.loadClass(name).getConstructor().newInstance();
    created
        .getClass()
        .getMethod("configure", Map.class, boolean.class)
        .invoke(created, config, false);
    return created;
  }

  private @Nullable Object plain(@Nullable Object value) throws ReflectiveOperationException {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      return value;
    }
    if (recordClass.isInstance(value)) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      List<?> declared =
          (List<?>) Objects.requireNonNull(getFields.invoke(getSchema.invoke(value)));
      for (int i = 0; i < declared.size(); i++) {
        fields.put(
            (String) Objects.requireNonNull(fieldName.invoke(declared.get(i))),
            plain(getField.invoke(value, i)));
      }
      return fields;
    }
    return switch (value) {
      case List<?> items -> {
        List<@Nullable Object> plain = new ArrayList<>();
        for (Object item : items) {
          plain.add(plain(item));
        }
        yield plain;
      }
      case Map<?, ?> entries -> {
        Map<String, @Nullable Object> plain = new HashMap<>();
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
          plain.put(String.valueOf(entry.getKey()), plain(entry.getValue()));
        }
        yield plain;
      }
      case ByteBuffer bytes -> bytes;
      // Avro's own text and enum classes.
      default -> value.toString();
    };
  }

  private @Nullable Object foreign(Schema schema, @Nullable Object value)
      throws ReflectiveOperationException {
    return switch (schema.getType()) {
      case RECORD -> {
        IndexedRecord record = (IndexedRecord) Objects.requireNonNull(value);
        Object foreign = newRecord.newInstance(foreignSchema(schema));
        for (Schema.Field field : schema.getFields()) {
          putField.invoke(foreign, field.pos(), foreign(field.schema(), record.get(field.pos())));
        }
        yield foreign;
      }
      case ENUM ->
          newEnum.newInstance(foreignSchema(schema), Objects.requireNonNull(value).toString());
      case ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        for (Object item : (List<?>) Objects.requireNonNull(value)) {
          items.add(foreign(schema.getElementType(), item));
        }
        yield items;
      }
      case MAP -> {
        Map<String, @Nullable Object> entries = new HashMap<>();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) Objects.requireNonNull(value)).entrySet()) {
          entries.put((String) entry.getKey(), foreign(schema.getValueType(), entry.getValue()));
        }
        yield entries;
      }
      case UNION ->
          value == null
              ? null
              : foreign(
                  schema.getTypes().get(SpecificData.get().resolveUnion(schema, value)), value);
      case LONG -> value instanceof Instant instant ? (Object) instant.toEpochMilli() : value;
      default -> value;
    };
  }

  private Object foreignSchema(Schema ours) throws ReflectiveOperationException {
    Object known = schemas.get(ours.getFullName());
    if (known == null) {
      Object parser =
          loader.loadClass("org.apache.avro.Schema$Parser").getConstructor().newInstance();
      known =
          Objects.requireNonNull(
              parser.getClass().getMethod("parse", String.class).invoke(parser, portable(ours)));
      schemas.put(ours.getFullName(), known);
    }
    return known;
  }

  private static String portable(Schema schema) {
    return schema
        .toString()
        .replace("{\"type\":\"string\",\"avro.java.string\":\"String\"}", "\"string\"")
        .replace(",\"avro.java.string\":\"String\"", "");
  }
}
