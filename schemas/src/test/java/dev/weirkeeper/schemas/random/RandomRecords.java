package dev.weirkeeper.schemas.random;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes random records out of their schemas: any value the schema allows, awkward ones often. Not
 * thread-safe.
 */
public final class RandomRecords {

  private static final String[] TEXTS = {
    "",
    " ",
    "null",
    "{\"a\":[1,2,{\"b\":\"\\u0000\"}]}",
    "line one\nline two\r\n\ttab",
    "naïve façade — “quotes”",
    "日本語とคำไทยและ العربية",
    "\uD83D\uDE80\uD83C\uDDE9\uD83C\uDDEA",
    "\u0000\u0001\u007f\u0080\uffff",
    "<script>alert('x')</script>"
  };
  private static final long[] NUMBERS = {
    0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, Integer.MAX_VALUE, Integer.MIN_VALUE
  };
  private static final int MAX_ITEMS = 4;

  private final Random random;

  /** The same seed gives the same records in the same order. */
  public RandomRecords(long seed) {
    this.random = new Random(seed);
  }

  /** A record of a class. */
  public <T extends SpecificRecord> T next(Class<T> type) {
    return type.cast(record(SpecificData.getForClass(type), WireTypes.schema(type)));
  }

  private SpecificRecord record(SpecificData model, Schema schema) {
    SpecificRecord record = (SpecificRecord) model.newRecord(null, schema);
    for (Schema.Field field : schema.getFields()) {
      record.put(field.pos(), value(model, field.schema()));
    }
    return record;
  }

  private @Nullable Object value(SpecificData model, Schema schema) {
    return switch (schema.getType()) {
      case NULL -> null;
      case BOOLEAN -> random.nextBoolean();
      case INT -> (int) number(false);
      case LONG ->
          schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
              ? Instant.ofEpochMilli(number(true))
              : (Object) number(true);
      case FLOAT -> (float) random.nextGaussian();
      case DOUBLE -> random.nextGaussian();
      case STRING -> text();
      case BYTES -> ByteBuffer.wrap(bytes(random.nextInt(20)));
      case FIXED -> model.createFixed(null, bytes(schema.getFixedSize()), schema);
      case ENUM ->
          model.createEnum(
              schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size())), schema);
      case ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        for (int i = random.nextInt(MAX_ITEMS); i > 0; i--) {
          items.add(value(model, schema.getElementType()));
        }
        yield items;
      }
      case MAP -> {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        for (int i = random.nextInt(MAX_ITEMS); i > 0; i--) {
          entries.put(text(), value(model, schema.getValueType()));
        }
        yield entries;
      }
      case UNION -> value(model, schema.getTypes().get(random.nextInt(schema.getTypes().size())));
      case RECORD -> record(model, schema);
    };
  }

  private long number(boolean wide) {
    if (random.nextBoolean()) {
      return NUMBERS[random.nextInt(NUMBERS.length)];
    }
    if (!wide) {
      return random.nextInt();
    }
    return switch (random.nextInt(4)) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> Long.MIN_VALUE;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  private String text() {
    if (random.nextBoolean()) {
      return TEXTS[random.nextInt(TEXTS.length)];
    }
    StringBuilder text = new StringBuilder();
    // Now and then longer than the buffers of encoders are.
    int length = random.nextInt(200) == 0 ? 5_000 : random.nextInt(24);
    while (text.length() < length) {
      int code = random.nextInt(random.nextInt(10) == 0 ? 0x10000 : 0x80);
      if (!Character.isSurrogate((char) code)) {
        text.append((char) code);
      }
    }
    return text.toString();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
