package dev.weirkeeper.schemas.price;

import dev.weirkeeper.wire.Price;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A price and where it holds.
 *
 * @param from the first instant; absent: from the beginning of time
 * @param until the first instant it holds no more; absent: for ever
 * @param belowInputTokens prompts as long as this or longer have another; absent: none has. From
 *     where it holds is in the price
 * @param price the price, marked as fallback where the book does not know the model
 */
public record PriceSpan(
    Optional<Instant> from, Optional<Instant> until, OptionalLong belowInputTokens, Price price) {}
