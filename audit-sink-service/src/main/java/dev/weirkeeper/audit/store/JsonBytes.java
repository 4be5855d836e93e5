package dev.weirkeeper.audit.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/**
 * Writes JSON as UTF-8 that PostgreSQL accepts as {@code jsonb}: a NUL character becomes U+FFFD.
 *
 * <p>The caller keeps the structure right; commas between values are put by {@link #next}. Not
 * thread-safe; made to be used again after {@link #clear}.
 */
public final class JsonBytes {

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[4096];
  private int length;

  /** Forgets everything written. */
  public void clear() {
    length = 0;
  }

  /** What was written, a view that is good until the next call. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, length).slice();
  }

  /** What was written, for keeping. */
  public ByteBuffer copy() {
    return ByteBuffer.wrap(Arrays.copyOf(bytes, length));
  }

  /** A comma, unless a bracket was just opened or nothing was written. */
  public JsonBytes next() {
    if (length > 0 && bytes[length - 1] != '{' && bytes[length - 1] != '[') {
      put(',');
    }
    return this;
  }

  /** One ASCII character as it is. */
  public JsonBytes put(char ascii) {
    ensure(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  /** ASCII text as it is: literals and numbers. */
  public JsonBytes raw(String ascii) {
    int count = ascii.length();
    ensure(count);
    for (int i = 0; i < count; i++) {
      bytes[length++] = (byte) ascii.charAt(i);
    }
    return this;
  }

  /** A whole number. */
  public JsonBytes number(long value) {
    return raw(Long.toString(value));
  }

  /** A member's name; the value follows. */
  public JsonBytes name(String name) {
    return next().string(name).put(':');
  }

  /** A string, quoted and escaped. */
  public JsonBytes string(String text) {
    int count = text.length();
    ensure(count * 3 + 2);
    bytes[length++] = '"';
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0x80) {
        if (c == '"' || c == '\\') {
          ensure((count - i) * 3 + 3);
          bytes[length++] = '\\';
        }
        bytes[length++] = (byte) c;
      } else if (c < 0x20) {
        ensure((count - i) * 3 + 8);
        control(c);
      } else if (c < 0x800) {
        bytes[length++] = (byte) (0xC0 | c >> 6);
        bytes[length++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isSurrogate(c)) {
        three(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < count
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        bytes[length++] = (byte) (0xF0 | point >> 18);
        bytes[length++] = (byte) (0x80 | ((point >> 12) & 0x3F));
        bytes[length++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        bytes[length++] = (byte) (0x80 | (point & 0x3F));
      } else {
        three('\uFFFD');
      }
    }
    ensure(1);
    bytes[length++] = '"';
    return this;
  }

  /** Any JSON, with its strings as {@link #string} writes them. */
  public JsonBytes node(JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> {
        put('{');
        node.forEachEntry((name, value) -> name(name).node(value));
        put('}');
      }
      case ARRAY -> {
        put('[');
        node.forEach(value -> next().node(value));
        put(']');
      }
      case STRING -> string(node.stringValue());
      default -> raw(node.toString());
    }
    return this;
  }

  private void three(char c) {
    bytes[length++] = (byte) (0xE0 | c >> 12);
    bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
    bytes[length++] = (byte) (0x80 | (c & 0x3F));
  }

  private void control(char c) {
    switch (c) {
      case 0 -> three('\uFFFD');
      case '\n' -> escape('n');
      case '\r' -> escape('r');
      case '\t' -> escape('t');
      default -> {
        escape('u');
        bytes[length++] = '0';
        bytes[length++] = '0';
        bytes[length++] = HEX[c >> 4];
        bytes[length++] = HEX[c & 15];
      }
    }
  }

  private void escape(char c) {
    bytes[length++] = '\\';
    bytes[length++] = (byte) c;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
