package dev.weirkeeper.schemas.serde;

import dev.weirkeeper.schemas.trust.WireClasses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Turns records into bytes with the id of their schema in front. Thread-safe. */
final class RecordWriter implements RecordCodec.Writing {

  static {
    WireClasses.trust();
  }

  /** A buffer that a larger record made bigger than this is not kept. */
  private static final int KEPT_BUFFER_BYTES = 256 * 1024;

  private final SchemaRegistry registry;
  private final SerdeSettings settings;
  private final boolean key;
  private final ConcurrentMap<String, Encoding> encodings = new ConcurrentHashMap<>();
  private final Spares<Scratch> spares = new Spares<>();

  /**
   * How records of one schema are written to one topic.
   *
   * @param type the record's class
   * @param schema its schema
   * @param newest the registry's newest version, if records are written by that instead
   */
  private record Encoding(
      Class<?> type, Schema schema, int id, DatumWriter<Object> writer, @Nullable Schema newest) {}

  private static final class Scratch {
    final Buffer buffer = new Buffer();
    final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(buffer, null);
  }

  /** Gives out its array, so that the prefix can be written into it. */
  private static final class Buffer extends ByteArrayOutputStream {
    Buffer() {
      super(1024);
    }

    byte[] framed(int id) {
      byte[] bytes = toByteArray();
      WireFormat.writePrefix(bytes, id);
      return bytes;
    }

    void startFrame() {
      reset();
      write(NO_PREFIX, 0, NO_PREFIX.length);
    }

    boolean worthKeeping() {
      return buf.length <= KEPT_BUFFER_BYTES;
    }

    private static final byte[] NO_PREFIX = new byte[WireFormat.PREFIX_BYTES];
  }

  RecordWriter(SchemaRegistry registry, SerdeSettings settings, boolean key) {
    this.registry = registry;
    this.settings = settings;
    this.key = key;
  }

  @Override
  public byte[] write(String topic, SpecificRecord record) {
    Schema schema = record.getSchema();
    Encoding encoding = encodings.get(topic);
    if (encoding == null || encoding.type() != record.getClass()) {
      encoding = prepare(topic, record);
      encodings.put(topic, encoding);
    }
    Scratch scratch = spares.take();
    if (scratch == null) {
      scratch = new Scratch();
    }
    try {
      byte[] bytes = encode(encoding, record, scratch);
      if (scratch.buffer.worthKeeping()) {
        spares.giveBack(scratch);
      }
      return bytes;
    } catch (IOException | AvroRuntimeException | ClassCastException | NullPointerException e) {
      // Avro reports a missing or wrong value as one of these, with the path of the field. What is
      // left in the encoder is dropped with it.
      throw new SerializationException(
          "can't write a %s to topic %s: %s".formatted(schema.getName(), topic, e.getMessage()), e);
    }
  }

  private static byte[] encode(Encoding encoding, SpecificRecord record, Scratch scratch)
      throws IOException {
    scratch.buffer.startFrame();
    encoding.writer().write(record, scratch.encoder);
    scratch.encoder.flush();
    byte[] bytes = scratch.buffer.framed(encoding.id());
    return encoding.newest() == null ? bytes : rewrite(encoding, encoding.newest(), bytes);
  }

  /** The same record as the registry's newest version would write it. */
  private static byte[] rewrite(Encoding encoding, Schema newest, byte[] bytes) throws IOException {
    GenericData plain = new GenericData();
    Object record =
        new GenericDatumReader<Object>(encoding.schema(), newest, plain)
            .read(
                null,
                DecoderFactory.get()
                    .binaryDecoder(
                        bytes,
                        WireFormat.PREFIX_BYTES,
                        bytes.length - WireFormat.PREFIX_BYTES,
                        null));
    Buffer out = new Buffer();
    out.startFrame();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<Object>(newest, plain).write(record, encoder);
    encoder.flush();
    return out.framed(encoding.id());
  }

  private Encoding prepare(String topic, SpecificRecord record) {
    Schema schema = record.getSchema();
    SubjectNaming naming = key ? settings.naming().key() : settings.naming().value();
    String subject = naming.subject(topic, key, schema);
    DatumWriter<Object> writer =
        new SpecificDatumWriter<>(schema, SpecificData.getForClass(record.getClass()));
    if (settings.autoRegister()) {
      return new Encoding(
          record.getClass(), schema, registry.register(subject, schema), writer, null);
    }
    if (settings.useLatest()) {
      return byNewest(subject, record, writer);
    }
    int id =
        registry
            .idOf(subject, schema)
            .orElseThrow(
                () ->
                    new SchemaRefusedException(
                        "subject %s has no version equal to the schema of %s; register it first, or set"
                                .formatted(subject, schema.getFullName())
                            + " "
                            + SerdeSettings.AUTO_REGISTER
                            + "=true"));
    return new Encoding(record.getClass(), schema, id, writer, null);
  }

  private Encoding byNewest(String subject, SpecificRecord record, DatumWriter<Object> writer) {
    Schema schema = record.getSchema();
    SchemaRegistry.Version latest =
        registry
            .latest(subject)
            .orElseThrow(
                () ->
                    new SchemaRefusedException(
                        "subject %s has no version yet; register the schema of %s first"
                            .formatted(subject, schema.getFullName())));
    if (latest.schema().equals(PortableSchema.of(schema))) {
      return new Encoding(record.getClass(), schema, latest.id(), writer, null);
    }
    SchemaCompatibility.SchemaPairCompatibility pair =
        SchemaCompatibility.checkReaderWriterCompatibility(latest.schema(), schema);
    if (pair.getType() != SchemaCompatibilityType.COMPATIBLE) {
      throw new SchemaRefusedException(
          "version %d of subject %s can't stand for the schema of %s: %s"
              .formatted(
                  latest.number(),
                  subject,
                  schema.getFullName(),
                  pair.getResult().getIncompatibilities()));
    }
    return new Encoding(record.getClass(), schema, latest.id(), writer, latest.schema());
  }
}
