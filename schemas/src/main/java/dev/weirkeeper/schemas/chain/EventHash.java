package dev.weirkeeper.schemas.chain;

import dev.weirkeeper.schemas.trust.WireClasses;
import java.io.IOException;
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
