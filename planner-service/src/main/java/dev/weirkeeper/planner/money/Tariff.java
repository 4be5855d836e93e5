package dev.weirkeeper.planner.money;

import java.util.List;

/**
 * What a model may cost at worst, for reserving before a call.
 *
 * @param tiers by prompt length, ascending, the first from 0
 */
public record Tariff(List<Tier> tiers) {

  /**
   * Prices for requests of at least a length.
   *
   * @param fromInput the tier applies from this many input tokens
   * @param input the dearest class of input, in trillionths of a US dollar per token
   * @param output the same for output
   */
  public record Tier(long fromInput, long input, long output) {

    private long cost(long inputTokens, long outputTokens) {
      return Math.addExact(
          Math.multiplyExact(inputTokens, input), Math.multiplyExact(outputTokens, output));
    }
  }

  public Tariff {
    if (tiers.isEmpty() || tiers.getFirst().fromInput() != 0) {
      throw new IllegalArgumentException("a tariff needs a tier from 0 input tokens");
    }
    tiers = List.copyOf(tiers);
  }

  /** No call with at most this many input and output tokens costs more. Rounded up. */
  public NanoUsd worstCase(long input, long output) {
    long worst = 0;
    for (Tier tier : tiers) {
      if (tier.fromInput <= input) {
        worst = Math.max(worst, tier.cost(input, output));
      }
    }
    return new NanoUsd(Math.ceilDiv(worst, 1000));
  }

  /**
   * The most output tokens for which the worst case stays within an amount; negative if not even
   * the input fits.
   */
  public long affordableOutput(NanoUsd amount, long input) {
    if (amount.value() > Long.MAX_VALUE / 1000) {
      return Long.MAX_VALUE;
    }
    long most = Long.MAX_VALUE;
    for (Tier tier : tiers) {
      if (tier.fromInput <= input) {
        long left = amount.value() * 1000 - input * tier.input;
        if (left < 0 || tier.output > 0) {
          most = Math.min(most, Math.floorDiv(left, Math.max(1, tier.output)));
        }
      }
    }
    return most;
  }
}
