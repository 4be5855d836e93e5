package dev.weirkeeper.audit.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of one session's content: AES-256-GCM with the place of the content as associated data.
 *
 * <p>The nonce is not random but derived, as in the SIV construction (RFC 5297, RFC 8452): the
 * first 96 bits of HMAC-SHA256, under a second key, over the place and the content. So the same
 * content at the same place gives the same bytes, in every build of the store, and a nonce can only
 * come twice with the very same content, which tells nothing that equal bytes do not tell already;
 * with other content it would be a collision of 96 bits, after 2^48 pieces of content of one
 * session. That holds too when rules of redaction have changed and a record is stored anew with
 * other content.
 *
 * <p>Not thread-safe.
 */
public final class ContentKey {

  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] key;
  private final SecretKeySpec content;
  private final Mac mac;

  /**
   * The key as it is stored.
   *
   * @throws IllegalArgumentException if it is not 32 bytes long
   */
  public ContentKey(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a content key has 32 bytes, not " + key.length);
    }
    this.key = key.clone();
    try {
      mac = Mac.getInstance("HmacSHA256");
      content = new SecretKeySpec(derived("content"), "AES");
      mac.init(new SecretKeySpec(derived("nonce"), "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM and HMAC-SHA256", e);
    }
  }

  private byte[] derived(String purpose) throws GeneralSecurityException {
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(("weirkeeper " + purpose).getBytes(StandardCharsets.UTF_8));
  }

  /** A new key. */
  public static ContentKey random() {
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    return new ContentKey(key);
  }

  /** As it is stored. */
  public byte[] bytes() {
    return key.clone();
  }

  /**
   * Encrypts content.
   *
   * @param place where it stands: table, column and row
   */
  public byte[] seal(String place, byte[] plain) {
    byte[] where = place.getBytes(StandardCharsets.UTF_8);
    mac.update(ByteBuffer.allocate(4).putInt(where.length).flip());
    mac.update(where);
    byte[] nonce = Arrays.copyOf(mac.doFinal(plain), NONCE_BYTES);
    try {
      // A cipher of the platform refuses the nonce it had last, and does not know the SIV
      // construction.
      Cipher cipher = Cipher.getInstance(ALGORITHM);
      cipher.init(Cipher.ENCRYPT_MODE, content, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(where);
      byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to encrypt", e);
    }
  }

  /**
   * Decrypts what {@link #seal} made for the same place.
   *
   * @return empty if it was not made with this key for this place, or was changed
   */
  public Optional<byte[]> open(String place, byte[] sealed) {
    if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
      return Optional.empty();
    }
    try {
      Cipher cipher = Cipher.getInstance(ALGORITHM);
      cipher.init(
          Cipher.DECRYPT_MODE, content, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
      cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
      return Optional.of(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to decrypt", e);
    }
  }
}
