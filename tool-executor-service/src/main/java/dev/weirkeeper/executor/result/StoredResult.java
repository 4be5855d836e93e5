package dev.weirkeeper.executor.result;

import dev.weirkeeper.executor.call.Call;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A whole result.
 *
 * @param handle what it is asked for by
 * @param tenant who may ask
 * @param callId the call it is of
 * @param tool the tool it is of
 * @param content the result
 */
public record StoredResult(
    String handle, String tenant, String callId, String tool, String content) {

  private static final Pattern HANDLE = Pattern.compile("res_[0-9a-f]{32}");

  /** The result of a call, under the handle that belongs to it. */
  static StoredResult of(Call call, String content) {
    return new StoredResult(
        handleOf(call.id(), content), call.tenant(), call.id(), call.tool(), content);
  }

  /** True if the text has the form of a handle. */
  static boolean isHandle(String text) {
    return HANDLE.matcher(text).matches();
  }

  private static String handleOf(String callId, String content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(callId.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(content.getBytes(StandardCharsets.UTF_8));
      return "res_" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
