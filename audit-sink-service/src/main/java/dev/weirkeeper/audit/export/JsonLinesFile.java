package dev.weirkeeper.audit.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** One JSON object a line; absent values are left out, bytes are base64, times are ISO 8601. */
final class JsonLinesFile implements RowFile {

  private static final JsonFactory FACTORY = new JsonFactory();

  private final List<Column> columns;
  private final OutputStream out;

  JsonLinesFile(OutputStream out, List<Column> columns) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.columns = columns;
  }

  @Override
  public void row(List<@Nullable Object> values) throws IOException {
    java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      for (int i = 0; i < columns.size(); i++) {
        Object value = values.get(i);
        if (value != null) {
          json.writeName(columns.get(i).name());
          value(json, columns.get(i).kind(), value);
        }
      }
      json.writeEndObject();
    }
    line.write('\n');
    line.writeTo(out);
  }

  private static void value(JsonGenerator json, Kind kind, Object value) {
    switch (kind) {
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case INT32 -> json.writeNumber((Integer) value);
      case INT64 -> json.writeNumber((Long) value);
      case TIMESTAMP, TEXT -> json.writeString(value.toString());
      case JSON -> json.writeRawValue((String) value);
      case BYTES -> json.writeString(Base64.getEncoder().encodeToString((byte[]) value));
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
