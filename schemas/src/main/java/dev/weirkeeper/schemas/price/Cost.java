package dev.weirkeeper.schemas.price;

/**
 * What one model call costs.
 *
 * @param nanoUsd billionths of a US dollar, rounded up
 * @param fallback true if the price book does not know the model and its fallback price was used
 * @param priceBook version of the book that said so
 */
public record Cost(long nanoUsd, boolean fallback, String priceBook) {}
