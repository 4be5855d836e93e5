package dev.weirkeeper.executor.result;

import java.nio.charset.StandardCharsets;

/** Parts of a text by bytes of UTF-8, never through the middle of a character. */
final class Excerpt {

  private Excerpt() {}

  /** The longest beginning that has at most this many bytes. */
  static String head(byte[] utf8, int maxBytes) {
    return slice(utf8, 0, maxBytes);
  }

  /** The longest end that has at most this many bytes. */
  static String tail(byte[] utf8, int maxBytes) {
    int from = start(utf8, Math.max(0, utf8.length - maxBytes));
    return new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8);
  }

  /**
   * The longest part from an offset, moved on to the next character's start, with at most this many
   * bytes.
   */
  static String slice(byte[] utf8, int offset, int maxBytes) {
    int from = start(utf8, Math.min(offset, utf8.length));
    int to = (int) Math.min(utf8.length, (long) from + maxBytes);
    while (to > from && to < utf8.length && continues(utf8[to])) {
      to--;
    }
    return new String(utf8, from, to - from, StandardCharsets.UTF_8);
  }

  /** The offset itself, or the start of the next character if it is inside one. */
  static int start(byte[] utf8, int offset) {
    int from = offset;
    while (from < utf8.length && continues(utf8[from])) {
      from++;
    }
    return from;
  }

  private static boolean continues(byte octet) {
    return (octet & 0b1100_0000) == 0b1000_0000;
  }
}
