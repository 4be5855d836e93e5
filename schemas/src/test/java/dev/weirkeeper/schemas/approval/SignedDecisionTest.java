package dev.weirkeeper.schemas.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.Verdict;
import java.nio.ByteBuffer;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SignedDecisionTest {
  private static final KeyPair ANN = pair("Ed25519");
  private static final KeyPair BEN = pair("Ed25519");

  private static ApprovalDecision.Builder decision() {
    return ApprovalDecision.newBuilder()
        .setDecisionId("d-1")
        .setCallId("s/2/0")
        .setSessionId("s")
        .setArgumentsHash("5f2a")
        .setVerdict(Verdict.EDIT)
        .setArguments("{ \"amount\": 5 }")
        .setText("für später")
        .setDecidedBy("ann@example.org")
        .setDecidedAt(Instant.ofEpochMilli(1_793_610_000_123L));
  }

  private static ApprovalDecision signed() {
    return ApproverKey.of(pem(ANN.getPrivate(), "PRIVATE KEY")).sign(decision().build());
  }

  private static TrustedApprovers trusting(KeyPair... pairs) {
    StringBuilder text = new StringBuilder();
    for (KeyPair pair : pairs) {
      text.append(pem(pair.getPublic(), "PUBLIC KEY"));
    }
    return TrustedApprovers.of(text.toString());
  }

  @Test
  void a_signed_decision_is_followed() {
    assertThat(trusting(ANN).problem(signed())).isEmpty();
  }

  @Test
  void any_of_several_trusted_approvers_will_do() {
    assertThat(trusting(BEN, ANN).problem(signed())).isEmpty();
  }

  @Test
  void where_nobody_is_trusted_by_key_nobody_has_to_sign() {
    assertThat(TrustedApprovers.ANYBODY.required()).isFalse();
    assertThat(TrustedApprovers.ANYBODY.problem(decision().build())).isEmpty();
  }

  @Test
  void an_unsigned_decision_is_refused() {
    assertThat(trusting(ANN).problem(decision().build())).get().asString().contains("not signed");
  }

  @Test
  void a_decision_signed_with_another_key_is_refused() {
    assertThat(trusting(BEN).problem(signed())).get().asString().contains("no trusted approver");
  }

  @Test
  void a_signature_that_is_not_even_one_is_refused() {
    for (int length : new int[] {0, 1, 63, 64, 65, 1000}) {
      ApprovalDecision forged = decision().setSignature(ByteBuffer.wrap(new byte[length])).build();

      assertThat(trusting(ANN).problem(forged)).as("%d bytes", length).isPresent();
    }
  }

  static Stream<ApprovalDecision> changed_after_it_was_signed() {
    return Stream.of(
        from(signed()).setDecisionId("d-2").build(),
        from(signed()).setCallId("s/2/1").build(),
        from(signed()).setSessionId("other").build(),
        from(signed()).setArgumentsHash("5f2b").build(),
        from(signed()).setVerdict(Verdict.APPROVE).build(),
        from(signed()).setArguments("{ \"amount\": 500 }").build(),
        from(signed()).setArguments(null).build(),
        from(signed()).setArguments("").build(),
        from(signed()).setText("").build(),
        from(signed()).setDecidedBy("eve").build(),
        from(signed()).setDecidedAt(Instant.ofEpochMilli(1_793_610_000_124L)).build(),
        // The same characters, divided otherwise.
        from(signed()).setDecisionId("d-1s").setCallId("/2/0").build());
  }

  private static ApprovalDecision.Builder from(ApprovalDecision decision) {
    return ApprovalDecision.newBuilder(decision);
  }

  @ParameterizedTest
  @MethodSource
  void changed_after_it_was_signed(ApprovalDecision changed) {
    assertThat(trusting(ANN).problem(changed)).isPresent();
  }

  @Test
  void what_the_planner_fills_in_is_not_signed() {
    ApprovalDecision filled =
        from(signed())
            .setEditProblem(new ToolError(ToolErrorCode.INVALID_ARGUMENTS, "no", null, null))
            .build();

    assertThat(trusting(ANN).problem(filled)).isEmpty();
  }

  @Test
  void verifying_reads_the_signature_and_leaves_it_where_it_is() {
    ApprovalDecision decision = signed();

    assertThat(trusting(ANN).problem(decision)).isEmpty();
    assertThat(trusting(ANN).problem(decision)).isEmpty();
  }

  /** Made with Python's struct module and {@code openssl pkeyutl -sign -rawin}. */
  @Test
  void another_program_signs_the_same_bytes() {
    TrustedApprovers trusted =
        TrustedApprovers.of("MCowBQYDK2VwAyEAKNWaujZgqoWj24NRzJF2R8rKCB3pS2lSMCxV9PmfmAs=");
    byte[] signature =
        Base64.getDecoder()
            .decode(
                "4vQGK/yOctUHEf1J/THEiyJ/pGBNOD/7KYVteEG+qpxj4WL/VPGSSk/seI8X8pzPkO5BCN/4WWltJkp2A684Dw==");

    assertThat(trusted.problem(decision().setSignature(ByteBuffer.wrap(signature)).build()))
        .isEmpty();
  }

  @Nested
  final class Keys {
    @Test
    void may_be_given_as_base64_alone_separated_by_commas() {
      String both =
          Base64.getEncoder().encodeToString(BEN.getPublic().getEncoded())
              + ", "
              + Base64.getEncoder().encodeToString(ANN.getPublic().getEncoded());

      assertThat(TrustedApprovers.of(both).problem(signed())).isEmpty();
    }

    @Test
    void of_another_kind_are_refused_and_the_message_says_how_to_make_one() {
      KeyPair rsa = pair("RSA");

      assertThatThrownBy(() -> trusting(ANN, rsa))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("public key 2")
          .hasMessageContaining("openssl");
      assertThatThrownBy(() -> ApproverKey.of(pem(rsa.getPrivate(), "PRIVATE KEY")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Ed25519");
    }

    @Test
    void that_are_none_are_refused_without_showing_them() {
      assertThatThrownBy(() -> TrustedApprovers.of("  \n")).hasMessageContaining("public key");
      assertThatThrownBy(() -> TrustedApprovers.of("tell-nobody")).hasMessageNotContaining("tell");
      assertThatThrownBy(() -> ApproverKey.of("dGVsbC1ub2JvZHk=")).hasMessageNotContaining("dGVs");
      assertThatThrownBy(() -> ApproverKey.of("")).hasMessageContaining("found 0");
    }

    @Test
    void a_private_key_is_not_taken_for_a_public_one_and_is_not_printed() {
      String text = pem(ANN.getPrivate(), "PRIVATE KEY");

      assertThatThrownBy(() -> TrustedApprovers.of(text))
          .hasMessageContaining("'PRIVATE KEY' where a 'PUBLIC KEY'");
      assertThat(ApproverKey.of(text)).hasToString("***");
    }
  }

  private static KeyPair pair(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(Key key, String label) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(key.getEncoded()), label);
  }
}
