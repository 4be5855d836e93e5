package dev.weirkeeper.schemas.chain;

import dev.weirkeeper.schemas.trust.WireClasses;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;

/**
 * The hash that binds an event to the record it was decided on ({@code SessionEvent.input_hash}):
 * SHA-256, as 64 lower-case hex digits, over that record's Avro binary form, without any framing.
 *
 * <p>Stateless and thread-safe.
 */
public final class InputHash {

  static {
    WireClasses.trust();
  }

  private InputHash() {}

  /**
   * The hash of a record as it was applied.
   *
   * @param input any of the records a session is driven by
   * @return 64 lower-case hex digits
   */
  public static String of(IndexedRecord input) {
    return BinaryDigest.hex(
        new SpecificDatumWriter<>(input.getSchema(), SpecificData.getForSchema(input.getSchema())),
        input);
  }
}
