package dev.weirkeeper.schemas.chain;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;

/** SHA-256 over a record's Avro binary form, without keeping the form. */
final class BinaryDigest {

  /** With room for a usual event: each digest has a buffer of its own. */
  private static final EncoderFactory ENCODERS = new EncoderFactory().configureBufferSize(512);

  private BinaryDigest() {}

  static String hex(DatumWriter<IndexedRecord> writer, IndexedRecord datum) {
    MessageDigest sha256 = sha256();
    BinaryEncoder encoder =
        ENCODERS.binaryEncoder(
            new DigestOutputStream(OutputStream.nullOutputStream(), sha256), null);
    try {
      writer.write(datum, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a digest does no input or output", e);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
