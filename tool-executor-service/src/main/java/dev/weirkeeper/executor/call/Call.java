package dev.weirkeeper.executor.call;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A call to be run, as the planner asked for it.
 *
 * @param id {@code <session>/<turn>/<index>}: also the idempotency key
 * @param sessionId the session
 * @param taskId the task
 * @param attempt counts deliveries the planner asked for, from 1
 * @param tool the tool's name
 * @param arguments JSON text
 * @param argumentsHash SHA-256 in hex over the arguments: what an approval was given for
 * @param deadline after it nobody waits for the result
 * @param agent name of the agent that calls
 * @param tenant the tenant
 * @param requestedAt when the planner decided on it
 */
public record Call(
    String id,
    String sessionId,
    String taskId,
    int attempt,
    String tool,
    String arguments,
    String argumentsHash,
    Instant deadline,
    String agent,
    String tenant,
    Instant requestedAt) {

  /** False if the arguments were changed after they were hashed. */
  public boolean argumentsMatchTheirHash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(arguments.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).equals(argumentsHash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
