package dev.weirkeeper.executor.tool;

import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that is known of a tool without running it.
 *
 * @param name 1 to 64 letters, digits, {@code -} and {@code _}
 * @param description what the model is told
 * @param inputSchema JSON Schema 2020-12 of the arguments, describing an object, as canonical JSON
 * @param effect what it may change
 * @param timeout longest run of one call, its retries included; more than zero
 * @param retry how failed tries are repeated
 * @param maxResultBytes longest result shown to the model whole, 1,024 or more
 * @param pool the executors that run it
 * @param concurrency most calls at once in one executor, if bounded
 * @param rate most calls started per time in one executor, if bounded
 * @param source where it comes from: {@code builtin}, {@code code}, {@code mcp:<server>}
 * @param asksPerson a person answers its calls; no executor runs it
 */
public record ToolDeclaration(
    String name,
    String description,
    String inputSchema,
    Effect effect,
    Duration timeout,
    RetryPolicy retry,
    int maxResultBytes,
    String pool,
    OptionalInt concurrency,
    Optional<RateLimit> rate,
    String source,
    boolean asksPerson) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /**
   * What a tool may change.
   *
   * @param destructive changes or sends something that can't be taken back
   * @param readOnly changes nothing
   * @param idempotent a second run with the same idempotency key changes nothing more
   */
  public record Effect(boolean destructive, boolean readOnly, boolean idempotent) {

    public Effect {
      if (destructive && readOnly) {
        throw new IllegalArgumentException("it can't be both destructive and read-only");
      }
    }

    /** True if a run may be repeated without asking what the first one did. */
    public boolean repeatable() {
      return readOnly || idempotent;
    }
  }

  public ToolDeclaration {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "tool name '" + name + "' must be 1 to 64 letters, digits, - and _");
    }
    if (description.isBlank()) {
      throw new IllegalArgumentException(
          "tool '" + name + "' needs a description: it is all the model knows of it");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("tool '" + name + "': timeout must be more than zero");
    }
    if (maxResultBytes < 1024) {
      throw new IllegalArgumentException(
          "tool '" + name + "': maxResultBytes must be 1024 or more, not " + maxResultBytes);
    }
    new Topics(Topics.DEFAULT_PREFIX).toolCalls(pool);
  }

  /** The same under another pool. */
  public ToolDeclaration inPool(String other) {
    return new ToolDeclaration(
        name,
        description,
        inputSchema,
        effect,
        timeout,
        retry,
        maxResultBytes,
        other,
        concurrency,
        rate,
        source,
        asksPerson);
  }

  /** What is published to the tools topic. */
  public ToolDefinition toWire() {
    return ToolDefinition.newBuilder()
        .setName(name)
        .setVersion(version())
        .setDescription(description)
        .setInputSchema(inputSchema)
        .setPool(pool)
        .setDestructive(effect.destructive())
        .setReadOnly(effect.readOnly())
        .setIdempotent(effect.idempotent())
        .setTimeoutMs(timeout.toMillis())
        .setMaxResultBytes(maxResultBytes)
        .setMaxAttempts(retry.maxAttempts())
        .setSource(source)
        .setAsksPerson(asksPerson)
        .build();
  }

  /** SHA-256 in hex over everything that is published: changes when any of it does. */
  public String version() {
    ObjectNode all =
        ToolJson.object()
            .put("name", name)
            .put("description", description)
            .put("input_schema", inputSchema)
            .put("pool", pool)
            .put("destructive", effect.destructive())
            .put("read_only", effect.readOnly())
            .put("idempotent", effect.idempotent())
            .put("timeout_ms", timeout.toMillis())
            .put("max_result_bytes", maxResultBytes)
            .put("max_attempts", retry.maxAttempts())
            .put("source", source)
            .put("asks_person", asksPerson);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(ToolJson.canonical(all).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
