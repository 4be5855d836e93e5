package dev.weirkeeper.schemas.approval;

import dev.weirkeeper.wire.ApprovalDecision;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The public keys whose decisions count. Several at once, so that a key can be replaced while
 * decisions signed with the old one are still under way. Immutable and thread-safe.
 */
public final class TrustedApprovers {

  /** Nobody is named, so nobody has to sign. */
  public static final TrustedApprovers ANYBODY = new TrustedApprovers(List.of());

  private final List<PublicKey> keys;

  private TrustedApprovers(List<PublicKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads keys.
   *
   * @param text X.509 SubjectPublicKeyInfo keys in PEM, as {@code openssl pkey -pubout} writes
   *     them, one after the other; or their Base64, one a line or separated by commas
   * @throws IllegalArgumentException if one of them can't be used, or there is none
   */
  public static TrustedApprovers of(String text) {
    List<PublicKey> keys = new ArrayList<>();
    for (byte[] encoded : Pem.read(text, "PUBLIC KEY")) {
      try {
        keys.add(
            KeyFactory.getInstance(ApproverKey.ALGORITHM)
                .generatePublic(new X509EncodedKeySpec(encoded)));
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException(
            "public key %d is no Ed25519 key in X.509 form; make it with 'openssl pkey -pubout'"
                .formatted(keys.size() + 1),
            e);
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("expected a public key at least");
    }
    return new TrustedApprovers(keys);
  }

  /** Whether decisions must be signed. */
  public boolean required() {
    return !keys.isEmpty();
  }

  /** Why a decision must not be followed, in words; empty if it may be, as far as keys go. */
  public Optional<String> problem(ApprovalDecision decision) {
    if (!required()) {
      return Optional.empty();
    }
    @Nullable ByteBuffer signature = decision.getSignature();
    if (signature == null) {
      return Optional.of("it is not signed, and this planner follows signed decisions only");
    }
    byte[] given = new byte[signature.remaining()];
    signature.duplicate().get(given);
    byte[] signed = SignedDecision.bytes(decision);
    for (PublicKey key : keys) {
      if (fits(key, signed, given)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "its signature is of no trusted approver, or it was changed after it was signed");
  }

  private static boolean fits(PublicKey key, byte[] signed, byte[] given) {
    try {
      Signature signature = Signature.getInstance(ApproverKey.ALGORITHM);
      signature.initVerify(key);
      signature.update(signed);
      return signature.verify(given);
    } catch (SignatureException e) {
      // Not even the form of a signature.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform verifies Ed25519", e);
    }
  }
}
