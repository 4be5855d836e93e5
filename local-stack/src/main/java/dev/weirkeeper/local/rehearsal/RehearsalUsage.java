package dev.weirkeeper.local.rehearsal;

/**
 * What a model server counted, to compare a ledger with.
 *
 * @param requests all that came
 * @param answered charged and sent to the end
 * @param brokenOff charged, but the connection broke before the end
 * @param refused answered with an error, not charged
 * @param uncachedInput tokens of all charged requests, as are those that follow
 */
public record RehearsalUsage(
    long requests,
    long answered,
    long brokenOff,
    long refused,
    long uncachedInput,
    long cacheWrite5m,
    long cacheWrite1h,
    long cacheRead,
    long output) {}
