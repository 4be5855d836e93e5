package dev.weirkeeper.schemas.approval;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys as people keep them: PEM blocks (RFC 7468), or the Base64 of one key on a line of its own.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private Pem() {}

  /**
   * The keys in a text.
   *
   * @param label of the blocks, for instance {@code PUBLIC KEY}
   * @throws IllegalArgumentException if there is anything else in it; the message holds no key
   */
  static List<byte[]> read(String text, String label) {
    List<byte[]> keys = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(text);
    StringBuilder rest = new StringBuilder();
    while (blocks.find()) {
      if (!blocks.group(1).equals(label)) {
        throw new IllegalArgumentException(
            "there is a '%s' where a '%s' is expected".formatted(blocks.group(1), label));
      }
      keys.add(decode(blocks.group(2), label));
      blocks.appendReplacement(rest, "\n");
    }
    blocks.appendTail(rest);
    for (String line : rest.toString().split("[\\s,]+", -1)) {
      if (!line.isEmpty()) {
        keys.add(decode(line, label));
      }
    }
    return keys;
  }

  private static byte[] decode(String base64, String label) {
    try {
      return Base64.getMimeDecoder().decode(base64.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a '%s' is no Base64; expected a PEM block or its Base64 text".formatted(label), e);
    }
  }
}
