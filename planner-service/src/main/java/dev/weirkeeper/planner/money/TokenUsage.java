package dev.weirkeeper.planner.money;

/**
 * Tokens in disjoint classes, as in the wire record of the same meaning.
 *
 * @param reasoning the part of {@code output} that was reasoning, not added to it
 */
public record TokenUsage(
    long uncached, long write5m, long write1h, long read, long output, long reasoning) {

  public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0, 0);

  /** Input tokens of all classes. */
  public long input() {
    return uncached + write5m + write1h + read;
  }

  /** Input and output. */
  public long total() {
    return input() + output;
  }

  public TokenUsage plus(TokenUsage other) {
    return new TokenUsage(
        uncached + other.uncached,
        write5m + other.write5m,
        write1h + other.write1h,
        read + other.read,
        output + other.output,
        reasoning + other.reasoning);
  }
}
