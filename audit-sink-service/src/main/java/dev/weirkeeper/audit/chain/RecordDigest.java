package dev.weirkeeper.audit.chain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The digest of a record: SHA-256 over where it stands, when it was written, its headers, its key
 * and its value. Each part is preceded by its length, −1 for one that is absent, so no two records
 * have the same input.
 *
 * <p>Not thread-safe: one per thread, to be used again and again.
 */
public final class RecordDigest {

  private static final long LATEST_MILLIS = Instant.parse("9999-12-31T00:00:00Z").toEpochMilli();

  private final MessageDigest sha256;
  private final ByteBuffer numbers = ByteBuffer.allocate(32);

  /** A digester. */
  public RecordDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The time of a record as the store can keep it: between 1970 and the year 9999. One without a
   * time, or with one beyond, has the nearer end.
   *
   * @param timestamp of the record, in milliseconds since 1970
   */
  public static Instant time(long timestamp) {
    return Instant.ofEpochMilli(Math.clamp(timestamp, 0, LATEST_MILLIS));
  }

  /**
   * The digest of a record as it came.
   *
   * @return 32 bytes
   */
  public byte[] of(ConsumerRecord<byte[], byte[]> raw) {
    return of(
        raw.topic(),
        raw.partition(),
        raw.offset(),
        raw.timestamp(),
        raw.headers(),
        raw.key(),
        raw.value());
  }

  /**
   * The digest of one record.
   *
   * @param timestamp of the record, in milliseconds since 1970; it counts as {@link #time} has it
   * @return 32 bytes
   */
  public byte[] of(
      String topic,
      int partition,
      long offset,
      long timestamp,
      Headers headers,
      byte @Nullable [] key,
      byte @Nullable [] value) {
    part(topic.getBytes(StandardCharsets.UTF_8));
    numbers.clear().putInt(partition).putLong(offset).putLong(time(timestamp).toEpochMilli());
    Header[] all = headers.toArray();
    numbers.putInt(all.length);
    sha256.update(numbers.array(), 0, numbers.position());
    for (Header header : all) {
      part(header.key().getBytes(StandardCharsets.UTF_8));
      part(header.value());
    }
    part(key);
    part(value);
    return sha256.digest();
  }

  private void part(byte @Nullable [] bytes) {
    numbers.clear().putInt(bytes == null ? -1 : bytes.length);
    sha256.update(numbers.array(), 0, numbers.position());
    if (bytes != null) {
      sha256.update(bytes);
    }
  }
}
