package dev.weirkeeper.planner.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over texts, each ended by a zero byte so that no two lists of texts collide. */
final class Sha256 {
  private static final HexFormat HEX = HexFormat.of();

  /** Looking the algorithm up each time would cost more than hashing. */
  private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Sha256::lookUp);

  private Sha256() {}

  /** Of one text alone, as others compute it. */
  static String plain(String text) {
    return HEX.formatHex(DIGEST.get().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static String of(String... texts) {
    return plain(String.join("\0", texts) + "\0");
  }

  /** The same of two, without a list of them: what every step needs. */
  static String of(String one, String two) {
    return plain(one + "\0" + two + "\0");
  }

  private static MessageDigest lookUp() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
