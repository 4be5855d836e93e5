package dev.weirkeeper.local.rehearsal;

/**
 * Tokens of a call as the provider reports them: the four input classes are disjoint.
 *
 * @param input neither read from a cache nor written to one
 */
record TokenClasses(long input, long cacheWrite5m, long cacheWrite1h, long cacheRead, long output) {

  private static final int BYTES_PER_TOKEN = 4;

  /** The tokens of so many bytes: a fixed ratio, rounded up, much like English text. */
  static long of(long bytes) {
    return Math.ceilDiv(bytes, BYTES_PER_TOKEN);
  }

  /** The provider's JSON. */
  String json() {
    return "{\"input_tokens\":"
        + input
        + ",\"cache_creation_input_tokens\":"
        + (cacheWrite5m + cacheWrite1h)
        + ",\"cache_read_input_tokens\":"
        + cacheRead
        + ",\"cache_creation\":{\"ephemeral_5m_input_tokens\":"
        + cacheWrite5m
        + ",\"ephemeral_1h_input_tokens\":"
        + cacheWrite1h
        + "},\"output_tokens\":"
        + output
        + ",\"service_tier\":\"standard\"}";
  }
}
