package dev.weirkeeper.operations.trace;

/**
 * Tokens as the conventions count them.
 *
 * @param input all input tokens, cached ones included
 * @param output all output tokens, reasoning included
 */
public record TokenCounts(
    long input, long output, long cacheRead, long cacheWrite, long reasoning) {

  /** No tokens. */
  public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, 0);
}
