package dev.weirkeeper.schemas.compat;

import dev.weirkeeper.schemas.random.WireTypes;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;

/** Records as somebody with another version of a schema would send them. */
final class Wire {

  private static final Map<String, Object> CONFIG = Map.of("schema.registry.url", "mock://compat");
  private static final String TOPIC = "compat";
  private static final int PREFIX_BYTES = 5;

  private final SchemaRegistry registry = SchemaRegistry.connect(CONFIG);
  private final AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(CONFIG);
  private final AvroDeserializer<SpecificRecord> deserializer =
      AvroDeserializer.ofAnyRecord(CONFIG);

  /** The record as our serializer writes it. */
  byte[] write(SpecificRecord record) {
    return Objects.requireNonNull(serializer.serialize(TOPIC, record));
  }

  /** The record as our deserializer reads it. */
  SpecificRecord read(byte[] bytes) {
    return Objects.requireNonNull(deserializer.deserialize(TOPIC, bytes));
  }

  /** The record as a writer with another schema sends it, with what its schema has besides. */
  byte[] writeAs(Schema other, SpecificRecord record, Map<String, ?> more) {
    GenericRecord ours = generic(record);
    GenericRecord theirs = new GenericData.Record(other);
    for (Schema.Field field : other.getFields()) {
      Object value =
          more.containsKey(field.name()) ? more.get(field.name()) : ours.get(field.name());
      theirs.put(field.pos(), value);
    }
    return framed(other, encode(theirs));
  }

  /** Any Avro bytes with the id of their schema in front. */
  byte[] framed(Schema schema, byte[] avro) {
    int id = registry.register(TOPIC + "-value", schema);
    return ByteBuffer.allocate(PREFIX_BYTES + avro.length)
        .put((byte) 0)
        .putInt(id)
        .put(avro)
        .array();
  }

  /** The record without its Java class. */
  GenericRecord generic(SpecificRecord record) {
    byte[] bytes = write(record);
    try {
      return new GenericDatumReader<GenericRecord>(
              record.getSchema(), record.getSchema(), new GenericData())
          .read(
              null,
              DecoderFactory.get()
                  .binaryDecoder(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES, null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] encode(GenericRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    try {
      new GenericDatumWriter<GenericRecord>(record.getSchema(), new GenericData())
          .write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static Schema schema(Class<? extends SpecificRecord> type) {
    return WireTypes.schema(type);
  }

  /** The same record type with other fields. */
  static Schema withFields(Schema schema, List<Schema.Field> fields) {
    return Schema.createRecord(
        schema.getName(),
        schema.getDoc(),
        schema.getNamespace(),
        false,
        fields.stream().map(f -> new Schema.Field(f, f.schema())).toList());
  }

  /** The same schema with every enum changed, however deep it is. */
  static Schema mapEnums(Schema schema, UnaryOperator<Schema> change) {
    return mapEnums(schema, change, new HashMap<>());
  }

  private static Schema mapEnums(
      Schema schema, UnaryOperator<Schema> change, Map<String, Schema> done) {
    return switch (schema.getType()) {
      case ENUM -> done.computeIfAbsent(schema.getFullName(), name -> change.apply(schema));
      case ARRAY -> Schema.createArray(mapEnums(schema.getElementType(), change, done));
      case MAP -> Schema.createMap(mapEnums(schema.getValueType(), change, done));
      case UNION ->
          Schema.createUnion(
              schema.getTypes().stream().map(t -> mapEnums(t, change, done)).toList());
      case RECORD -> {
        Schema known = done.get(schema.getFullName());
        if (known == null) {
          known =
              withFields(
                  schema,
                  schema.getFields().stream()
                      .map(f -> new Schema.Field(f, mapEnums(f.schema(), change, done)))
                      .toList());
          done.put(schema.getFullName(), known);
        }
        yield known;
      }
      case STRING, BYTES, FIXED, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> schema;
    };
  }
}
