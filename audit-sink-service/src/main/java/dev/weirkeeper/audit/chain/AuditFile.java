package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.chain.Finding.Kind;
import dev.weirkeeper.audit.chain.Finding.Place;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Records in a file that proves itself: one line a record, exactly as on the topics, each bound to
 * all lines before it, and a last line that says how many there are.
 *
 * <p>Lines have tab-separated fields: topic, partition, offset, timestamp in milliseconds, headers,
 * key and value in base64 ({@code -} where absent; headers as {@code name=value} pairs in base64,
 * separated by commas), and the SHA-256 in hex over the line before's hash and the line so far. The
 * first line names the format, the last is {@code end}, the number of records and such a hash.
 * There is one way to write a record, so any change of any byte is found in the line it is in.
 */
public final class AuditFile {

  private static final String FORMAT = "weirkeeper-audit-file 1";
  private static final String END = "end";
  private static final String ABSENT = "-";
  private static final int FIELDS = 8;

  private AuditFile() {}

  /** Takes the records of a file that is right up to here. */
  public interface Reading {
    /** The next record; a finding ends the reading. */
    Optional<Finding> next(ConsumerRecord<byte[], byte[]> record);
  }

  /** Writes a file. Not thread-safe. */
  public static final class Writing implements AutoCloseable {
    private final BufferedWriter out;
    private String hash;
    private long records;

    /** Begins a file. The writer is closed with this. */
    public Writing(Writer out) throws IOException {
      this.out = new BufferedWriter(out);
      hash = link("", FORMAT);
      this.out.write(FORMAT + "\t" + hash + "\n");
    }

    /** Adds a record. */
    public void write(ConsumerRecord<byte[], byte[]> record) throws IOException {
      line(render(record));
      records++;
    }

    private void line(String content) throws IOException {
      hash = link(hash, content);
      out.write(content + "\t" + hash + "\n");
    }

    /** Ends the file. */
    @Override
    public void close() throws IOException {
      line(END + "\t" + records);
      out.close();
    }
  }

  /**
   * Checks a file from its first byte to its last.
   *
   * @param reading shown each record after its line was found right
   * @return the first thing that is wrong; its place is the line, unless {@code reading} found it
   */
  public static Optional<Finding> verify(Reader file, Reading reading) throws IOException {
    BufferedReader in = new BufferedReader(file);
    String hash = link("", FORMAT);
    String first = line(in);
    if (first == null || !first.equals(FORMAT + "\t" + hash)) {
      return Optional.of(broken(1, "the file does not begin as an audit file does"));
    }
    long records = 0;
    for (long number = 2; ; number++) {
      String line = line(in);
      if (line == null) {
        return Optional.of(broken(number, "the file ends without its last line"));
      }
      int tab = line.lastIndexOf('\t');
      String content = tab < 0 ? line : line.substring(0, tab);
      boolean bound = tab >= 0 && line.substring(tab + 1).equals(link(hash, content));
      if (content.equals(END + "\t" + records) && bound) {
        return in.read() < 0
            ? Optional.empty()
            : Optional.of(broken(number + 1, "something follows the last line"));
      }
      ConsumerRecord<byte[], byte[]> record = parse(content);
      if (record == null || !render(record).equals(content)) {
        return Optional.of(broken(number, "the line is not a record"));
      }
      if (!bound) {
        return Optional.of(
            broken(
                number,
                "the line, which reads as %s-%d@%d, was changed or does not follow the one before it"
                    .formatted(record.topic(), record.partition(), record.offset())));
      }
      Optional<Finding> found = reading.next(record);
      if (found.isPresent()) {
        return found;
      }
      hash = link(hash, content);
      records++;
    }
  }

  /** A line without its end; only a line feed ends one, so that no byte is beyond notice. */
  private static @Nullable String line(BufferedReader in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        return line.toString();
      }
      line.append((char) c);
    }
    return line.isEmpty() ? null : line.append('\n').toString();
  }

  private static Finding broken(long line, String what) {
    return new Finding(Kind.CHANGED, new Place("line", 0, line), what);
  }

  private static String render(ConsumerRecord<byte[], byte[]> record) {
    StringBuilder headers = new StringBuilder();
    for (Header header : record.headers()) {
      headers
          .append(headers.isEmpty() ? "" : ",")
          .append(encode(header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
          .append('=')
          .append(encode(header.value()));
    }
    return String.join(
        "\t",
        record.topic(),
        Integer.toString(record.partition()),
        Long.toString(record.offset()),
        Long.toString(record.timestamp()),
        headers.isEmpty() ? ABSENT : headers.toString(),
        encode(record.key()),
        encode(record.value()));
  }

  private static @Nullable ConsumerRecord<byte[], byte[]> parse(String content) {
    String[] fields = content.split("\t", -1);
    if (fields.length != FIELDS - 1) {
      return null;
    }
    try {
      RecordHeaders headers = new RecordHeaders();
      if (!fields[4].equals(ABSENT)) {
        for (String pair : fields[4].split(",", -1)) {
          int middle = pair.indexOf('=');
          byte[] name = decode(pair.substring(0, middle));
          if (name == null) {
            return null;
          }
          headers.add(
              new String(name, java.nio.charset.StandardCharsets.UTF_8),
              decode(pair.substring(middle + 1)));
        }
      }
      byte[] key = decode(fields[5]);
      byte[] value = decode(fields[6]);
      return new ConsumerRecord<>(
          fields[0],
          Integer.parseInt(fields[1]),
          Long.parseLong(fields[2]),
          Long.parseLong(fields[3]),
          TimestampType.CREATE_TIME,
          key == null ? ConsumerRecord.NULL_SIZE : key.length,
          value == null ? ConsumerRecord.NULL_SIZE : value.length,
          key,
          value,
          headers,
          Optional.empty());
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      return null;
    }
  }

  private static String encode(byte @Nullable [] bytes) {
    return bytes == null
        ? ABSENT
        : "." + Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte @Nullable [] decode(String text) {
    if (text.equals(ABSENT)) {
      return null;
    }
    if (!text.startsWith(".")) {
      throw new IllegalArgumentException("not a value: " + text);
    }
    return Base64.getDecoder().decode(text.substring(1));
  }

  private static String link(String before, String content) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(before.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      sha256.update((byte) '\n');
      return HexFormat.of()
          .formatHex(sha256.digest(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
