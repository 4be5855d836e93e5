/**
 * The price book: what a token of each class costs with which model and from which day. The planner
 * reserves and books with it, the audit sink re-costs history with it, so both must read the same
 * file in the same way: that makes it a contract.
 *
 * <p>It is not a ledger: it keeps no state and knows nothing of sessions.
 *
 * <p>Invariants: money is exact integers, trillionths of a US dollar per token and billionths per
 * call, rounded up once per call; every model has a price, because a model that no entry names gets
 * the declared fallback price and says so; a file with a mistake is refused as a whole, with all
 * its mistakes named.
 *
 * <p>Start with {@link dev.weirkeeper.schemas.price.PriceBook}; the shipped prices with their
 * sources are in {@code prices.yaml} beside it.
 */
@NullMarked
package dev.weirkeeper.schemas.price;

import org.jspecify.annotations.NullMarked;
