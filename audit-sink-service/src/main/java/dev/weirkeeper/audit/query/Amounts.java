package dev.weirkeeper.audit.query;

import java.sql.SQLException;

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
}
