package dev.weirkeeper.audit.export;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file that rows are written to, one after the other. Closing it completes it. */
interface RowFile extends AutoCloseable {

  /** What a column holds, and as what its values come. */
  enum Kind {
    /** {@link Boolean} */
    BOOLEAN,
    /** {@link Integer} */
    INT32,
    /** {@link Long} */
    INT64,
    /** {@link java.time.Instant}, to the microsecond */
    TIMESTAMP,
    /** {@link String} */
    TEXT,
    /** {@link String} of JSON */
    JSON,
    /** {@code byte[]} */
    BYTES
  }

  /** A column. Any value may be absent. */
  record Column(String name, Kind kind) {}

  /** Writes a row, its values in the order of the columns. */
  void row(List<@Nullable Object> values) throws IOException;

  @Override
  void close() throws IOException;
}
