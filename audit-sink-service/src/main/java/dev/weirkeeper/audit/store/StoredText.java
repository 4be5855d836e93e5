package dev.weirkeeper.audit.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Text in the form PostgreSQL can keep. */
public final class StoredText {

  private static final String HEX = "\\x";

  private StoredText() {}

  /** The text with each NUL character, which PostgreSQL can't keep, as U+FFFD. */
  public static String of(String text) {
    return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
  }

  /** The text of a record key; what is not UTF-8 or holds a NUL becomes \x and hex digits. */
  public static String ofKey(byte[] key) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(key))
              .toString();
      if (text.indexOf('\0') < 0 && !text.startsWith(HEX)) {
        return text;
      }
    } catch (CharacterCodingException e) {
      return HEX + HexFormat.of().formatHex(key);
    }
    return HEX + HexFormat.of().formatHex(key);
  }

  /** The key that {@link #ofKey} made this of. */
  public static byte[] toKey(String stored) {
    return stored.startsWith(HEX)
        ? HexFormat.of().parseHex(stored, HEX.length(), stored.length())
        : stored.getBytes(StandardCharsets.UTF_8);
  }

  /** The first code points of a text, as many as fit into {@code length} characters. */
  public static String head(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
  }
}
