package dev.weirkeeper.audit.export;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An Apache Parquet file of flat rows: format version 1, every column optional, plain encoding, one
 * gzip page per column and row group. That is the part of the format every reader has, and all that
 * a table needs; the libraries that write Parquet bring Hadoop's classes with them.
 *
 * <p>Rows are gathered into groups of {@value #GROUP_ROWS}, or less if they are large, so memory
 * does not grow with the file.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/">the format</a>
 */
final class ParquetFile implements RowFile {

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int GROUP_ROWS = 20_000;
  private static final int GROUP_BYTES = 16 << 20;

  private static final int PLAIN = 0;
  private static final int RLE = 3;
  private static final int GZIP = 2;
  private static final int OPTIONAL = 1;
  private static final int UTF8 = 0;
  private static final int TIMESTAMP_MICROS = 10;
  private static final int CONVERTED_JSON = 19;

  private final OutputStream out;
  private final List<Column> columns;
  private final List<Pages> pages = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private long position;
  private int rows;
  private long allRows;

  /** One column of the row group at hand. */
  private static final class Pages {
    final ByteArrayOutputStream levels = new ByteArrayOutputStream();
    final ByteArrayOutputStream values = new ByteArrayOutputStream();
    int run;
    boolean runPresent;
    int bits;
    int bitCount;
  }

  private record Chunk(long offset, long plain, long packed) {}

  private record Group(int rows, long bytes, List<Chunk> chunks) {}

  ParquetFile(OutputStream out, List<Column> columns) throws IOException {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.columns = columns;
    columns.forEach(column -> pages.add(new Pages()));
    write(MAGIC);
  }

  @Override
  public void row(List<@Nullable Object> values) throws IOException {
    long bytes = 0;
    for (int i = 0; i < columns.size(); i++) {
      Pages page = pages.get(i);
      Object value = values.get(i);
      level(page, value != null);
      if (value != null) {
        value(page, columns.get(i).kind(), value);
      }
      bytes += page.values.size();
    }
    rows++;
    if (rows == GROUP_ROWS || bytes >= GROUP_BYTES) {
      group();
    }
  }

  /** Definition levels are 0 or 1: runs of equal ones. */
  private static void level(Pages page, boolean present) {
    if (page.run > 0 && page.runPresent != present) {
      run(page);
    }
    page.runPresent = present;
    page.run++;
  }

  private static void run(Pages page) {
    if (page.run > 0) {
      long header = (long) page.run << 1;
      while (header > 0x7f) {
        page.levels.write((int) ((header & 0x7f) | 0x80));
        header >>>= 7;
      }
      page.levels.write((int) header);
      page.levels.write(page.runPresent ? 1 : 0);
      page.run = 0;
    }
  }

  private static void value(Pages page, Kind kind, Object value) {
    switch (kind) {
      case BOOLEAN -> {
        page.bits |= (Boolean) value ? 1 << page.bitCount : 0;
        if (++page.bitCount == 8) {
          page.values.write(page.bits);
          page.bits = 0;
          page.bitCount = 0;
        }
      }
      case INT32 -> little(page.values, (Integer) value, 4);
      case INT64 -> little(page.values, (Long) value, 8);
      case TIMESTAMP ->
          little(page.values, ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) value), 8);
      case TEXT, JSON -> bytes(page, ((String) value).getBytes(StandardCharsets.UTF_8));
      case BYTES -> bytes(page, (byte[]) value);
    }
  }

  private static void bytes(Pages page, byte[] bytes) {
    little(page.values, bytes.length, 4);
    page.values.writeBytes(bytes);
  }

  private static void little(ByteArrayOutputStream to, long value, int count) {
    for (int i = 0; i < count; i++) {
      to.write((int) (value >>> (8 * i)));
    }
  }

  private void group() throws IOException {
    if (rows == 0) {
      return;
    }
    List<Chunk> chunks = new ArrayList<>();
    long bytes = 0;
    for (Pages page : pages) {
      Chunk chunk = chunk(page);
      chunks.add(chunk);
      bytes += chunk.plain();
    }
    groups.add(new Group(rows, bytes, chunks));
    allRows += rows;
    rows = 0;
  }

  private Chunk chunk(Pages page) throws IOException {
    run(page);
    if (page.bitCount > 0) {
      page.values.write(page.bits);
      page.bits = 0;
      page.bitCount = 0;
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    little(plain, page.levels.size(), 4);
    page.levels.writeTo(plain);
    page.values.writeTo(plain);
    page.levels.reset();
    page.values.reset();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      plain.writeTo(gzip);
    }
    byte[] header =
        new CompactThrift()
            .int32(1, 0)
            .int32(2, plain.size())
            .int32(3, packed.size())
            .struct(5)
            .int32(1, rows)
            .int32(2, PLAIN)
            .int32(3, RLE)
            .int32(4, RLE)
            .end()
            .end()
            .bytes();
    long offset = position;
    write(header);
    write(packed.toByteArray());
    return new Chunk(
        offset, header.length + (long) plain.size(), header.length + (long) packed.size());
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }

  /** Writes what is left and the metadata. */
  @Override
  public void close() throws IOException {
    group();
    CompactThrift meta = new CompactThrift().int32(1, 1);
    schema(meta);
    meta.int64(3, allRows);
    meta.structs(4, groups.size());
    for (Group group : groups) {
      meta.begin().structs(1, columns.size());
      for (int i = 0; i < columns.size(); i++) {
        column(meta, columns.get(i), group, group.chunks().get(i));
      }
      meta.int64(2, group.bytes()).int64(3, group.rows()).end();
    }
    meta.text(6, "weirkeeper").end();
    byte[] footer = meta.bytes();
    write(footer);
    ByteArrayOutputStream length = new ByteArrayOutputStream();
    little(length, footer.length, 4);
    write(length.toByteArray());
    write(MAGIC);
    out.close();
  }

  private void schema(CompactThrift meta) {
    meta.structs(2, columns.size() + 1);
    meta.begin().text(4, "row").int32(5, columns.size()).end();
    for (Column column : columns) {
      meta.begin().int32(1, type(column.kind())).int32(3, OPTIONAL).text(4, column.name());
      switch (column.kind()) {
        case TEXT -> meta.int32(6, UTF8).struct(10).struct(1).end().end();
        case JSON -> meta.int32(6, CONVERTED_JSON).struct(10).struct(12).end().end();
        case TIMESTAMP ->
            meta.int32(6, TIMESTAMP_MICROS)
                .struct(10)
                .struct(8)
                .bool(1, true)
                .struct(2)
                .struct(2)
                .end()
                .end()
                .end()
                .end();
        case BOOLEAN, INT32, INT64, BYTES -> {
          // the type says it all
        }
      }
      meta.end();
    }
  }

  private static void column(CompactThrift meta, Column column, Group group, Chunk chunk) {
    meta.begin()
        .int64(2, chunk.offset())
        .struct(3)
        .int32(1, type(column.kind()))
        .int32s(2, 2)
        .int32(PLAIN)
        .int32(RLE)
        .texts(3, 1)
        .text(column.name())
        .int32(4, GZIP)
        .int64(5, group.rows())
        .int64(6, chunk.plain())
        .int64(7, chunk.packed())
        .int64(9, chunk.offset())
        .end()
        .end();
  }

  /** The physical type's number. */
  private static int type(Kind kind) {
    return switch (kind) {
      case BOOLEAN -> 0;
      case INT32 -> 1;
      case INT64, TIMESTAMP -> 2;
      case TEXT, JSON, BYTES -> 6;
    };
  }
}
