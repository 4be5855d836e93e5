package dev.weirkeeper.schemas.approval;

import dev.weirkeeper.wire.ApprovalDecision;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** The private key with which decisions are signed. Immutable and thread-safe; never printed. */
public final class ApproverKey {
  static final String ALGORITHM = "Ed25519";

  private final PrivateKey key;

  private ApproverKey(PrivateKey key) {
    this.key = key;
  }

  /**
   * Reads a key.
   *
   * @param text one PKCS #8 key in PEM, as {@code openssl genpkey -algorithm ed25519} writes it, or
   *     its Base64 alone
   * @throws IllegalArgumentException if it is none; the message does not hold the key
   */
  public static ApproverKey of(String text) {
    List<byte[]> keys = Pem.read(text, "PRIVATE KEY");
    if (keys.size() != 1) {
      throw new IllegalArgumentException("expected one private key, found " + keys.size());
    }
    try {
      return new ApproverKey(
          KeyFactory.getInstance(ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst())));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the private key is no Ed25519 key in PKCS #8; make one with"
              + " 'openssl genpkey -algorithm ed25519'",
          e);
    }
  }

  /** The decision with its signature filled in, in the place of any it had. */
  public ApprovalDecision sign(ApprovalDecision decision) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(SignedDecision.bytes(decision));
      return ApprovalDecision.newBuilder(decision)
          .setSignature(ByteBuffer.wrap(signature.sign()))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform signs with Ed25519", e);
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
