package dev.weirkeeper.audit.export;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes Thrift's compact protocol, as far as Parquet's metadata need it: structs of integers,
 * booleans, texts, lists and structs.
 */
final class CompactThrift {

  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int STRUCT = 12;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Deque<Integer> outer = new ArrayDeque<>();
  private int last;

  byte[] bytes() {
    return out.toByteArray();
  }

  private CompactThrift field(int id, int type) {
    int delta = id - last;
    if (delta > 0 && delta <= 15) {
      out.write(delta << 4 | type);
    } else {
      out.write(type);
      varint(zigzag(id));
    }
    last = id;
    return this;
  }

  CompactThrift int32(int id, int value) {
    field(id, I32).varint(zigzag(value));
    return this;
  }

  CompactThrift int64(int id, long value) {
    field(id, I64).varint(zigzag(value));
    return this;
  }

  CompactThrift bool(int id, boolean value) {
    return field(id, value ? TRUE : FALSE);
  }

  CompactThrift text(int id, String value) {
    field(id, BINARY);
    return text(value);
  }

  /** A text as an element of a list. */
  CompactThrift text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  /** An integer as an element of a list. */
  CompactThrift int32(int value) {
    varint(zigzag(value));
    return this;
  }

  /** Begins a struct that is a field; {@link #end} ends it. */
  CompactThrift struct(int id) {
    field(id, STRUCT);
    return begin();
  }

  /** Begins a struct that is an element of a list. */
  CompactThrift begin() {
    outer.push(last);
    last = 0;
    return this;
  }

  /** Ends the struct begun last, or the outermost one. */
  CompactThrift end() {
    out.write(0);
    last = outer.isEmpty() ? 0 : outer.pop();
    return this;
  }

  CompactThrift structs(int id, int size) {
    return list(id, size, STRUCT);
  }

  CompactThrift int32s(int id, int size) {
    return list(id, size, I32);
  }

  CompactThrift texts(int id, int size) {
    return list(id, size, BINARY);
  }

  private CompactThrift list(int id, int size, int type) {
    field(id, LIST);
    if (size < 15) {
      out.write(size << 4 | type);
    } else {
      out.write(0xF0 | type);
      varint(size);
    }
    return this;
  }

  private void varint(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }
}
