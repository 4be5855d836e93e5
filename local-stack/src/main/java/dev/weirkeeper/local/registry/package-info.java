/**
 * A schema registry for one machine and for tests. It speaks the Schema Registry REST protocol that
 * every vendor's clients know, and keeps its schemas in a compacted topic of the broker, in the
 * form the protocol's first server uses, so that one could take its place.
 *
 * <p>What it is not: a cluster. One registry owns a topic; it listens on the loopback address,
 * knows Avro only and no users. Production uses a server made for it.
 *
 * <p>Invariants: an id means the same schema for ever and is never given twice; the same text has
 * the same id under every subject; a change is in the topic before it is answered; a version that
 * breaks the subject's compatibility rule is never taken.
 *
 * <p>Start with {@link dev.weirkeeper.local.registry.LocalRegistry}; the rules are in {@code
 * Schemas}, which knows neither Kafka nor HTTP.
 */
@NullMarked
package dev.weirkeeper.local.registry;

import org.jspecify.annotations.NullMarked;
