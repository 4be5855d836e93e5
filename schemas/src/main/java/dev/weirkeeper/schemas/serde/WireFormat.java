package dev.weirkeeper.schemas.serde;

import dev.weirkeeper.schemas.serde.UnreadableRecordException.Reason;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Where a record says which schema wrote it. Three forms exist; all are read, the first is written.
 *
 * <ol>
 *   <li>a zero byte and a 4-byte big-endian schema id before the Avro bytes
 *   <li>a one byte and a 16-byte globally unique id before the Avro bytes
 *   <li>the second form in the header {@code __value_schema_id} or {@code __key_schema_id}, and
 *       nothing but Avro in the value
 * </ol>
 */
final class WireFormat {

  static final int PREFIX_BYTES = 5;

  private static final byte BY_ID = 0;
  private static final byte BY_GUID = 1;
  private static final int GUID_PREFIX_BYTES = 17;
  private static final String VALUE_HEADER = "__value_schema_id";
  private static final String KEY_HEADER = "__key_schema_id";

  /** Which schema wrote a record and where its Avro bytes begin. */
  sealed interface Frame {

    int offset();

    record ById(int id, int offset) implements Frame {}

    record ByGuid(UUID guid, int offset) implements Frame {}
  }

  private WireFormat() {}

  /** Writes the first form's prefix to the beginning of a buffer. */
  static void writePrefix(byte[] buffer, int id) {
    buffer[0] = BY_ID;
    buffer[1] = (byte) (id >>> 24);
    buffer[2] = (byte) (id >>> 16);
    buffer[3] = (byte) (id >>> 8);
    buffer[4] = (byte) id;
  }

  static Frame read(@Nullable Headers headers, boolean key, byte[] bytes) {
    if (headers != null) {
      Header header = headers.lastHeader(key ? KEY_HEADER : VALUE_HEADER);
      if (header != null && header.value() != null) {
        return new Frame.ByGuid(guidInHeader(header), 0);
      }
    }
    if (bytes.length == 0) {
      throw new UnreadableRecordException(Reason.EMPTY, "the record has no bytes");
    }
    return switch (bytes[0]) {
      case BY_ID -> {
        needs(bytes, PREFIX_BYTES);
        yield new Frame.ById(ByteBuffer.wrap(bytes).getInt(1), PREFIX_BYTES);
      }
      case BY_GUID -> {
        needs(bytes, GUID_PREFIX_BYTES);
        yield new Frame.ByGuid(guid(bytes), GUID_PREFIX_BYTES);
      }
      default ->
          throw new UnreadableRecordException(
              Reason.NOT_FRAMED,
              "the record begins with byte 0x%02x, not 0x00 and a schema id".formatted(bytes[0])
                  + ": it was not written by a schema registry serializer");
    };
  }

  private static UUID guidInHeader(Header header) {
    byte[] value = header.value();
    if (value.length != GUID_PREFIX_BYTES || value[0] != BY_GUID) {
      throw new UnreadableRecordException(
          Reason.NOT_FRAMED,
          "header %s must be byte 0x01 and 16 bytes of schema GUID, but has %d bytes"
              .formatted(header.key(), value.length));
    }
    return guid(value);
  }

  private static UUID guid(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(1), buffer.getLong(9));
  }

  private static void needs(byte[] bytes, int length) {
    if (bytes.length < length) {
      throw new UnreadableRecordException(
          Reason.NOT_FRAMED,
          "the record ends after %d bytes, inside its schema id".formatted(bytes.length));
    }
  }
}
