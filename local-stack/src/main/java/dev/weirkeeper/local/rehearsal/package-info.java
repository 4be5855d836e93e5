/**
 * Models that cost nothing: servers on the loopback address that speak Anthropic's Messages format.
 *
 * <p>{@link dev.weirkeeper.local.rehearsal.RehearsalModel} stands in for a provider where there is
 * no key: it checks requests as strictly as the provider does, answers from a file of scenarios,
 * reports usage with cache classes and keeps its own count of what it would have charged. {@link
 * dev.weirkeeper.local.rehearsal.BenchModel} answers at once, whatever is asked, and is there to
 * measure everything but the model.
 *
 * <p>Neither is a language model, and nothing of the services depends on them.
 *
 * <p>Invariants: the same requests in the same order get the same answers and counts; every answer
 * sent is in the count, one that the caller broke off included.
 *
 * <p>Start with {@link dev.weirkeeper.local.rehearsal.RehearsalModel}.
 */
@NullMarked
package dev.weirkeeper.local.rehearsal;

import org.jspecify.annotations.NullMarked;
