package dev.weirkeeper.schemas.chain;

import dev.weirkeeper.schemas.trust.WireClasses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.Encoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * The hash of a session event: SHA-256, as 64 lower-case hex digits, over the event's Avro binary
 * form with the field {@code hash} empty.
 *
 * <p>The event's {@code previous_hash} is inside, so each hash binds all events before it. The
 * binary form is the one of the schema the record carries: an event read with the schema it was
 * written with keeps its hash when later releases add fields.
 *
 * <p>Stateless and thread-safe.
 */
public final class EventHash {

  /** The {@code previous_hash} of a session's first event. */
  public static final String NONE = "";

  private static final String HASH = "hash";
  private static final int HEX_LENGTH = 64;

  /** How Avro begins a string of 64 bytes. */
  private static final byte[] LENGTH_PREFIX = {(byte) 0x80, 1};

  static {
    WireClasses.trust();
  }

  private EventHash() {}

  /**
   * The hash that belongs into {@code event}.
   *
   * @param event a {@link dev.weirkeeper.wire.SessionEvent}, or the same as a generic record in its
   *     writer's schema; what stands in its {@code hash} makes no difference
   * @return 64 lower-case hex digits
   * @throws IllegalArgumentException if the record has no string field {@code hash}
   */
  public static String of(IndexedRecord event) {
    Schema.Field hash = event.getSchema().getField(HASH);
    if (hash == null || hash.schema().getType() != Schema.Type.STRING) {
      throw new IllegalArgumentException(
          event.getSchema().getFullName() + " has no string field 'hash': it is no session event");
    }
    return BinaryDigest.hex(new WithoutHash(event.getSchema(), hash.pos()), event);
  }

  /**
   * The same from the event's Avro binary form, whatever schema wrote it.
   *
   * @param avro holds the event's bytes, without any framing, from {@code from} to the end
   * @param hash what the event itself says its hash is
   * @return what the hash must be; empty if the bytes do not hold {@code hash} exactly once, so
   *     that the event is not as it was written
   */
  public static Optional<String> of(byte[] avro, int from, String hash) {
    byte[] text = hash.getBytes(StandardCharsets.UTF_8);
    if (text.length != HEX_LENGTH) {
      return Optional.empty();
    }
    byte[] field = new byte[LENGTH_PREFIX.length + text.length];
    System.arraycopy(LENGTH_PREFIX, 0, field, 0, LENGTH_PREFIX.length);
    System.arraycopy(text, 0, field, LENGTH_PREFIX.length, text.length);
    int at = indexOf(avro, from, field);
    if (at < 0 || indexOf(avro, at + 1, field) >= 0) {
      return Optional.empty();
    }
    MessageDigest sha256 = BinaryDigest.sha256();
    sha256.update(avro, from, at - from);
    sha256.update((byte) 0);
    int rest = at + field.length;
    sha256.update(avro, rest, avro.length - rest);
    return Optional.of(HexFormat.of().formatHex(sha256.digest()));
  }

  private static int indexOf(byte[] bytes, int from, byte[] wanted) {
    for (int i = from; i <= bytes.length - wanted.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  /** Writes an event as if its hash were empty, without copying it. */
  private static final class WithoutHash extends SpecificDatumWriter<IndexedRecord> {
    private final Schema event;
    private final int hash;

    WithoutHash(Schema event, int hash) {
      super(event, SpecificData.getForSchema(event));
      this.event = event;
      this.hash = hash;
    }

    @Override
    protected void writeField(Object datum, Schema.Field field, Encoder out, Object state)
        throws IOException {
      if (field.pos() == hash && ((IndexedRecord) datum).getSchema().equals(event)) {
        out.writeString("");
      } else {
        super.writeField(datum, field, out, state);
      }
    }
  }
}
