package dev.weirkeeper.schemas.price;

import dev.weirkeeper.wire.Price;
import dev.weirkeeper.wire.Usage;
import java.math.BigInteger;

/**
 * Prices of the token classes, in trillionths of a US dollar per token.
 *
 * @param fromInputTokens the tier these prices apply from
 */
record Rates(
    long fromInputTokens,
    long uncachedInput,
    long cacheWrite5m,
    long cacheWrite1h,
    long cacheRead,
    long output) {

  private static final BigInteger PICO_PER_NANO = BigInteger.valueOf(1000);

  /**
   * The cost of a call in billionths of a US dollar, rounded up, at most {@link Long#MAX_VALUE}.
   */
  long cost(Usage usage) {
    BigInteger pico =
        times(usage.getUncachedInput(), uncachedInput)
            .add(times(usage.getCacheWrite5m(), cacheWrite5m))
            .add(times(usage.getCacheWrite1h(), cacheWrite1h))
            .add(times(usage.getCacheRead(), cacheRead))
            .add(times(usage.getOutput(), output));
    BigInteger nano = pico.add(PICO_PER_NANO).subtract(BigInteger.ONE).divide(PICO_PER_NANO);
    return nano.bitLength() < Long.SIZE ? nano.longValue() : Long.MAX_VALUE;
  }

  Price of(String model, boolean fallback) {
    return Price.newBuilder()
        .setModel(model)
        .setFromInputTokens(fromInputTokens)
        .setUncachedInput(uncachedInput)
        .setCacheWrite5m(cacheWrite5m)
        .setCacheWrite1h(cacheWrite1h)
        .setCacheRead(cacheRead)
        .setOutput(output)
        .setFallback(fallback)
        .build();
  }

  private static BigInteger times(long tokens, long picoPerToken) {
    return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(picoPerToken));
  }
}
