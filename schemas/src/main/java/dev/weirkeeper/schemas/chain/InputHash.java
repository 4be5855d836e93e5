package dev.weirkeeper.schemas.chain;

import dev.weirkeeper.schemas.trust.WireClasses;
import java.security.MessageDigest;
import java.util.HexFormat;
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

  /**
   * The same from a record's Avro binary form, in whatever schema it was written.
   *
   * @param avro holds the record's bytes, without any framing, from {@code from} to the end
   */
  public static String of(byte[] avro, int from) {
    MessageDigest sha256 = BinaryDigest.sha256();
    sha256.update(avro, from, avro.length - from);
    return HexFormat.of().formatHex(sha256.digest());
  }
}
