package dev.weirkeeper.audit.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.sql.SQLException;
import java.util.List;

/** Tokens by class; no token is in two of them, except that reasoning is part of the output. */
public record TokenCounts(
    long uncachedInput,
    @JsonProperty("cache_write_5m") long cacheWrite5m,
    @JsonProperty("cache_write_1h") long cacheWrite1h,
    long cacheRead,
    long output,
    long reasoningOutput) {

  /** The columns {@link #of} reads. */
  static final String COLUMNS =
      "uncached_input, cache_write_5m, cache_write_1h, cache_read, output, reasoning_output";

  static TokenCounts of(Row row) throws SQLException {
    return new TokenCounts(
        row.number("uncached_input", 0),
        row.number("cache_write_5m", 0),
        row.number("cache_write_1h", 0),
        row.number("cache_read", 0),
        row.number("output", 0),
        row.number("reasoning_output", 0));
  }

  static TokenCounts sum(List<TokenCounts> parts) {
    return new TokenCounts(
        parts.stream().mapToLong(TokenCounts::uncachedInput).sum(),
        parts.stream().mapToLong(TokenCounts::cacheWrite5m).sum(),
        parts.stream().mapToLong(TokenCounts::cacheWrite1h).sum(),
        parts.stream().mapToLong(TokenCounts::cacheRead).sum(),
        parts.stream().mapToLong(TokenCounts::output).sum(),
        parts.stream().mapToLong(TokenCounts::reasoningOutput).sum());
  }
}
