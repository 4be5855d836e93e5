package dev.weirkeeper.schemas.approval;

import dev.weirkeeper.wire.ApprovalDecision;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What of a decision is signed, as bytes that two different decisions never share.
 *
 * <p>The text {@code weirkeeper-approval-1}, then {@code decision_id}, {@code call_id}, {@code
 * session_id}, {@code arguments_hash}, the name of the {@code verdict}, {@code arguments}, {@code
 * text}, {@code decided_by} and {@code decided_at} in milliseconds since 1970 as decimal digits.
 * Each of the ten as UTF-8 with its length in front, four bytes, big-endian; absent arguments are
 * the length {@code 0xFFFFFFFF} alone. Arguments are taken as they stand in the record, whatever
 * their form. {@code signature} and {@code edit_problem} are not in it.
 */
public final class SignedDecision {
  private static final String KIND = "weirkeeper-approval-1";
  private static final int ABSENT = -1;

  private SignedDecision() {}

  /** The bytes to sign or to verify. */
  public static byte[] bytes(ApprovalDecision decision) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    put(out, KIND);
    put(out, decision.getDecisionId());
    put(out, decision.getCallId());
    put(out, decision.getSessionId());
    put(out, decision.getArgumentsHash());
    put(out, decision.getVerdict().name());
    put(out, decision.getArguments());
    put(out, decision.getText());
    put(out, decision.getDecidedBy());
    put(out, Long.toString(decision.getDecidedAt().toEpochMilli()));
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, @Nullable String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    int length = text == null ? ABSENT : bytes.length;
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    out.writeBytes(bytes);
  }
}
