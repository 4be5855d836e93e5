package dev.weirkeeper.audit.query;

import java.math.BigDecimal;

/**
 * An exact amount.
 *
 * @param nanoUsd in billionths of a US dollar
 * @param usd the same in dollars, with nine decimals: text, so that no reader rounds it
 */
public record Money(long nanoUsd, String usd) {

  private static final int DECIMALS = 9;

  /** The amount of so many billionths of a dollar. */
  public static Money of(long nanoUsd) {
    return new Money(nanoUsd, BigDecimal.valueOf(nanoUsd, DECIMALS).toPlainString());
  }
}
