package dev.weirkeeper.schemas.serde;

import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import dev.weirkeeper.schemas.serde.WireFormat.Frame;
import dev.weirkeeper.schemas.trust.WireClasses;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Turns bytes into records. Thread-safe. */
final class RecordReader implements RecordCodec.Reading {

  static {
    WireClasses.trust();
  }

  private final SchemaRegistry registry;
  private final Optional<Class<? extends SpecificRecord>> only;
  private final boolean key;
  private final int maxBytes;
  private final ConcurrentMap<Schema, Decoding> decodings = new ConcurrentHashMap<>();
  private final ConcurrentMap<Integer, Decoding> byId = new ConcurrentHashMap<>();
  private final Spares<BinaryDecoder> spares = new Spares<>();

  /** How what one schema wrote is read. */
  private record Decoding(String name, DatumReader<SpecificRecord> reader) {}

  /**
   * @param only the one class to accept; empty: any record of ours
   */
  RecordReader(
      SchemaRegistry registry,
      Optional<Class<? extends SpecificRecord>> only,
      boolean key,
      int maxBytes) {
    this.registry = registry;
    this.only = only;
    this.key = key;
    this.maxBytes = maxBytes;
  }

  @Override
  public SpecificRecord read(String topic, @Nullable Headers headers, byte[] bytes) {
    refuseTooLong(bytes, maxBytes);
    Frame frame = WireFormat.read(headers, key, bytes);
    return decode(decoding(frame), bytes, frame.offset());
  }

  static void refuseTooLong(byte[] bytes, int maxBytes) {
    if (bytes.length > maxBytes) {
      throw new UnreadableRecordException(
          Reason.TOO_LONG,
          "the record has %d bytes, more than the %d accepted (%s)"
              .formatted(bytes.length, maxBytes, SerdeSettings.MAX_BYTES));
    }
  }

  private SpecificRecord decode(Decoding decoding, byte[] bytes, int offset) {
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, spares.take());
    SpecificRecord record;
    boolean atEnd;
    try {
      record = decoding.reader().read(null, decoder);
      atEnd = decoder.isEnd();
    } catch (IOException
        | AvroRuntimeException
        | IndexOutOfBoundsException
        | UnsupportedOperationException
        | ClassCastException e) {
      // The ways in which Avro says that bytes do not fit their schema.
      throw new UnreadableRecordException(
          Reason.MALFORMED, "the bytes are not a %s: %s".formatted(decoding.name(), e), e);
    }
    spares.giveBack(decoder);
    if (!atEnd) {
      throw new UnreadableRecordException(
          Reason.TRAILING_BYTES, "more bytes follow the " + decoding.name());
    }
    return record;
  }

  private Decoding decoding(Frame frame) {
    return switch (frame) {
      case Frame.ById(int id, int offset) -> {
        Decoding known = byId.get(id);
        if (known == null) {
          known = decoding(registry.byId(id), "id " + id);
          byId.put(id, known);
        }
        yield known;
      }
      case Frame.ByGuid(var guid, int offset) -> decoding(registry.byGuid(guid), "GUID " + guid);
    };
  }

  private Decoding decoding(Optional<Schema> written, String id) {
    Schema writer =
        written.orElseThrow(
            () ->
                new UnreadableRecordException(
                    Reason.UNKNOWN_SCHEMA, "the registry knows no schema with " + id));
    return decodings.computeIfAbsent(writer, this::prepare);
  }

  private Decoding prepare(Schema writer) {
    Class<? extends SpecificRecord> type = accepted(writer);
    WriterSchemas.refuseUnbounded(writer);
    SpecificData model = SpecificData.getForClass(type);
    Schema reader = model.getSchema(type);
    try {
      // Building a reader fills caches of the model that are not made for several threads.
      synchronized (model) {
        @SuppressWarnings("unchecked")
        DatumReader<SpecificRecord> datumReader =
            (DatumReader<SpecificRecord>)
                (DatumReader<?>) model.getFastReaderBuilder().createDatumReader(writer, reader);
        return new Decoding(type.getSimpleName(), datumReader);
      }
    } catch (IOException | AvroRuntimeException e) {
      throw new UnreadableRecordException(
          Reason.MALFORMED,
          "the schema it was written with does not fit %s: %s"
              .formatted(type.getName(), e.getMessage()),
          e);
    }
  }

  private Class<? extends SpecificRecord> accepted(Schema writer) {
    if (only.isPresent()) {
      String expected = only.get().getName();
      if (writer.getType() == Schema.Type.RECORD && writer.getFullName().equals(expected)) {
        return only.get();
      }
      throw new UnreadableRecordException(
          Reason.WRONG_TYPE,
          "the record is a %s, expected is a %s".formatted(name(writer), expected));
    }
    return WriterSchemas.generatedClass(writer)
        .orElseThrow(
            () ->
                new UnreadableRecordException(
                    Reason.WRONG_TYPE,
                    "the record is a %s, which is none of ours".formatted(name(writer))));
  }

  private static String name(Schema schema) {
    return schema.getFullName();
  }
}
