package dev.weirkeeper.audit.query;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/**
 * What the ledger says of something.
 *
 * @param reserved set aside before calls
 * @param settled charged
 * @param released set aside and not needed
 * @param unsettled set aside for calls whose reply was lost: at most this was charged as well
 * @param adjusted corrected later by auditors
 */
public record Amounts(
    Money reserved, Money settled, Money released, Money unsettled, Money adjusted) {

  /** The columns {@link #of} reads. */
  static String columns(String alias) {
    return "%1$s.reserved_nano_usd, %1$s.settled_nano_usd, %1$s.released_nano_usd, %1$s.unsettled_nano_usd, %1$s.adjusted_nano_usd"
        .formatted(alias);
  }

  static Amounts of(Row row) throws SQLException {
    return new Amounts(
        row.money("reserved_nano_usd"),
        row.money("settled_nano_usd"),
        row.money("released_nano_usd"),
        row.money("unsettled_nano_usd"),
        row.money("adjusted_nano_usd"));
  }

  static Amounts sum(List<Amounts> parts) {
    return new Amounts(
        sum(parts, Amounts::reserved),
        sum(parts, Amounts::settled),
        sum(parts, Amounts::released),
        sum(parts, Amounts::unsettled),
        sum(parts, Amounts::adjusted));
  }

  private static Money sum(List<Amounts> parts, Function<Amounts, Money> amount) {
    return Money.of(parts.stream().map(amount).mapToLong(Money::nanoUsd).reduce(0, Math::addExact));
  }
}
