package dev.weirkeeper.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.weirkeeper.audit.SampleLog;
import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.export.RowFile.Column;
import dev.weirkeeper.audit.export.RowFile.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@SinkTest
final class ExportTest {

  @TempDir Path home;

  /** More rows than one group holds, with every kind of value and runs of absent ones. */
  @Test
  void another_reader_reads_from_a_Parquet_file_what_was_written() throws IOException {
    List<Column> columns =
        Arrays.stream(Kind.values())
            .map(kind -> new Column("c_" + kind.name().toLowerCase(java.util.Locale.ROOT), kind))
            .toList();
    Random random = new Random(5);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 45_000; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (Column column : columns) {
        boolean absent = column.kind() == Kind.INT32 ? i / 7_000 % 2 == 0 : random.nextInt(4) == 0;
        row.add(absent ? null : value(column.kind(), random));
      }
      rows.add(row);
    }
    Path path = home.resolve("all.parquet");
    try (RowFile file = new ParquetFile(Files.newOutputStream(path), columns)) {
      for (List<@Nullable Object> row : rows) {
        file.row(row);
      }
    }

    int read = 0;
    try (ParquetFileReader file = ParquetFileReader.open(InputFile.of(path));
        RowReader reader = file.rowReader()) {
      assertThat(file.getFileMetaData().rowGroups()).hasSize(3);
      while (reader.hasNext()) {
        reader.next();
        List<@Nullable Object> expected = rows.get(read++);
        for (int c = 0; c < columns.size(); c++) {
          assertThat(value(reader, columns.get(c))).isEqualTo(expected.get(c));
        }
      }
    }
    assertThat(read).isEqualTo(rows.size());
  }

  private static Object value(Kind kind, Random random) {
    return switch (kind) {
      case BOOLEAN -> random.nextBoolean();
      case INT32 -> random.nextInt();
      case INT64 -> random.nextLong();
      case TIMESTAMP ->
          Instant.EPOCH.plus(random.nextLong(4_000_000_000_000_000L), ChronoUnit.MICROS);
      case TEXT -> "tëxt " + random.nextInt(100_000);
      case JSON -> "{\"n\":" + random.nextInt() + "}";
      case BYTES -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield bytes;
      }
    };
  }

  private static @Nullable Object value(RowReader row, Column column) {
    String name = column.name();
    if (row.isNull(name)) {
      return null;
    }
    return switch (column.kind()) {
      case BOOLEAN -> row.getBoolean(name);
      case INT32 -> row.getInt(name);
      case INT64 -> row.getLong(name);
      case TIMESTAMP -> row.getTimestamp(name);
      case TEXT, JSON -> row.getString(name);
      case BYTES -> row.getBinary(name);
    };
  }

  @ParameterizedTest
  @EnumSource(Export.What.class)
  void both_forms_hold_every_row_of_a_table(Export.What what) throws IOException, SQLException {
    try (Surroundings around = new Surroundings(2)) {
      List<Entry> entries = new SampleLog(around.topics(), 8, 3, 30).sessions(0, 10);
      around.write(entries);
      around.sink();
      around.awaitLog(entries.size());
      String table =
          switch (what) {
            case SESSIONS -> "session";
            case TASKS -> "task";
            case MODEL_CALLS -> "model_call";
            case TOOL_CALLS -> "tool_call";
            case LEDGER -> "ledger_entry";
            case LOG -> "log";
          };
      long expected = around.number("SELECT count(*) FROM " + table);
      Path lines = home.resolve("x.jsonl");
      Path parquet = home.resolve("x.parquet");

      try (Connection connection = around.connection();
          OutputStream first = Files.newOutputStream(lines);
          OutputStream second = Files.newOutputStream(parquet)) {
        assertThat(Export.write(connection, what, Export.Format.JSONL, null, null, first))
            .isEqualTo(expected);
        assertThat(Export.write(connection, what, Export.Format.PARQUET, null, null, second))
            .isEqualTo(expected);
      }

      List<JsonNode> json =
          Files.readAllLines(lines).stream().map(JsonMapper.shared()::readTree).toList();
      assertThat(json).hasSize((int) expected);
      String text = what == Export.What.LOG ? "type" : "session_id";
      int at = 0;
      try (ParquetFileReader file = ParquetFileReader.open(InputFile.of(parquet));
          RowReader reader = file.rowReader()) {
        while (reader.hasNext()) {
          reader.next();
          assertThat(reader.getString(text)).isEqualTo(json.get(at++).path(text).stringValue());
        }
      }
      assertThat(at).isEqualTo((int) expected);
    }
  }
}
