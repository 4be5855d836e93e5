package dev.weirkeeper.audit.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into one table by {@code COPY … (FORMAT binary)}, the cheapest way PostgreSQL
 * has. Values are written in column order; the caller keeps to the columns' types.
 *
 * <p>Text is kept without NUL characters. Not thread-safe; made to be filled, sent and cleared
 * again and again.
 */
public final class CopyRows {

  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final int TEXT_OID = 25;
  private static final long POSTGRES_EPOCH_SECONDS = 946_684_800L;
  private static final int POSTGRES_EPOCH_DAY = 10_957;

  /** The first and last instants PostgreSQL's timestamps hold, with some room. */
  private static final Instant FIRST = Instant.parse("-4000-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("+290000-01-01T00:00:00Z");

  private final String sql;
  private final int columns;
  private byte[] bytes = new byte[1 << 16];
  private int length;
  private int rows;
  private int written;

  /** Rows for these columns of a table. */
  public CopyRows(String table, List<String> columns) {
    this.sql =
        "COPY %s (%s) FROM STDIN (FORMAT binary)".formatted(table, String.join(", ", columns));
    this.columns = columns.size();
    this.written = this.columns;
    clear();
  }

  /** Forgets all rows. */
  public void clear() {
    length = 0;
    rows = 0;
    written = columns;
    put(HEADER, 0, HEADER.length);
  }

  /** Number of rows begun since the last {@link #clear}. */
  public int rows() {
    return rows;
  }

  /** Begins the next row. */
  public CopyRows row() {
    complete();
    rows++;
    written = 0;
    ensure(2);
    putShort(columns);
    return this;
  }

  /** A {@code smallint}. */
  public CopyRows int2(int value) {
    field(2);
    putShort(value);
    return this;
  }

  /** An {@code integer}. */
  public CopyRows int4(int value) {
    field(4);
    putInt(value);
    return this;
  }

  /** An {@code integer} or NULL. */
  public CopyRows int4OrNull(@Nullable Integer value) {
    return value == null ? none() : int4(value);
  }

  /** A {@code smallint} or NULL. */
  public CopyRows int2OrNull(@Nullable Integer value) {
    return value == null ? none() : int2(value);
  }

  /** A {@code bigint}. */
  public CopyRows int8(long value) {
    field(8);
    putLong(value);
    return this;
  }

  /** A {@code bigint} or NULL. */
  public CopyRows int8OrNull(@Nullable Long value) {
    return value == null ? none() : int8(value);
  }

  /** A {@code boolean} or NULL. */
  public CopyRows boolOrNull(@Nullable Boolean value) {
    if (value == null) {
      return none();
    }
    field(1);
    bytes[length++] = (byte) (value ? 1 : 0);
    return this;
  }

  /** A {@code text}, or the label of an enum. */
  public CopyRows text(String value) {
    byte[] utf8 = StoredText.of(value).getBytes(StandardCharsets.UTF_8);
    field(utf8.length);
    put(utf8, 0, utf8.length);
    return this;
  }

  /** A {@code text} or NULL. */
  public CopyRows textOrNull(@Nullable String value) {
    return value == null ? none() : text(value);
  }

  /** A {@code bytea} or NULL. */
  public CopyRows byteaOrNull(byte @Nullable [] value) {
    if (value == null) {
      return none();
    }
    field(value.length);
    put(value, 0, value.length);
    return this;
  }

  /** A {@code jsonb}, from UTF-8 JSON without {@code \u0000}. */
  public CopyRows jsonb(ByteBuffer utf8) {
    int size = utf8.remaining();
    field(size + 1);
    bytes[length++] = 1;
    utf8.get(bytes, length, size);
    length += size;
    return this;
  }

  /** A {@code jsonb} or NULL. */
  public CopyRows jsonbOrNull(@Nullable ByteBuffer utf8) {
    return utf8 == null ? none() : jsonb(utf8);
  }

  /** A {@code timestamptz}; instants beyond what PostgreSQL holds become the nearest it does. */
  public CopyRows timestamp(Instant value) {
    Instant kept = value.isBefore(FIRST) ? FIRST : value.isAfter(LAST) ? LAST : value;
    return int8(
        (kept.getEpochSecond() - POSTGRES_EPOCH_SECONDS) * 1_000_000L + kept.getNano() / 1_000);
  }

  /** A {@code timestamptz} or NULL. */
  public CopyRows timestampOrNull(@Nullable Instant value) {
    return value == null ? none() : timestamp(value);
  }

  /** A {@code date}, in days since 1970-01-01. */
  public CopyRows date(int epochDay) {
    return int4(epochDay - POSTGRES_EPOCH_DAY);
  }

  /** A {@code text[]} or NULL. */
  public CopyRows textsOrNull(@Nullable List<String> values) {
    if (values == null) {
      return none();
    }
    byte[][] utf8 = new byte[values.size()][];
    int size = values.isEmpty() ? 12 : 20;
    for (int i = 0; i < utf8.length; i++) {
      utf8[i] = StoredText.of(values.get(i)).getBytes(StandardCharsets.UTF_8);
      size += 4 + utf8[i].length;
    }
    field(size);
    putInt(values.isEmpty() ? 0 : 1);
    putInt(0);
    putInt(TEXT_OID);
    if (!values.isEmpty()) {
      putInt(utf8.length);
      putInt(1);
      for (byte[] element : utf8) {
        putInt(element.length);
        System.arraycopy(element, 0, bytes, length, element.length);
        length += element.length;
      }
    }
    return this;
  }

  /** NULL. */
  public CopyRows none() {
    written++;
    ensure(4);
    putInt(-1);
    return this;
  }

  /** Sends the rows, if there are any, in the connection's transaction. */
  public void send(Connection connection) throws SQLException {
    if (rows == 0) {
      return;
    }
    complete();
    ensure(2);
    putShort(-1);
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      copy.writeToCopy(bytes, 0, length);
      copy.endCopy();
    } finally {
      length -= 2;
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void complete() {
    if (written != columns) {
      throw new IllegalStateException(
          "row %d has %d values for %d columns: %s".formatted(rows, written, columns, sql));
    }
  }

  private void field(int size) {
    written++;
    ensure(size + 4);
    putInt(size);
  }

  private void put(byte[] source, int from, int count) {
    ensure(count);
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  private void putShort(int value) {
    bytes[length++] = (byte) (value >>> 8);
    bytes[length++] = (byte) value;
  }

  private void putInt(int value) {
    bytes[length++] = (byte) (value >>> 24);
    bytes[length++] = (byte) (value >>> 16);
    bytes[length++] = (byte) (value >>> 8);
    bytes[length++] = (byte) value;
  }

  private void putLong(long value) {
    putInt((int) (value >>> 32));
    putInt((int) value);
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
