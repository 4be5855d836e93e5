/**
 * A real Kafka broker inside this JVM, for one machine and for tests.
 *
 * <p>It is Apache Kafka itself, broker and KRaft controller in one node, not a stand-in: what works
 * here works on a cluster, apart from what needs more than one copy. It listens on the loopback
 * address only. Nothing of a session is kept here that a cluster would not keep: the data directory
 * is an ordinary log directory and outlives the process.
 *
 * <p>Start with {@link dev.weirkeeper.local.broker.EmbeddedBroker}.
 */
@NullMarked
package dev.weirkeeper.local.broker;

import org.jspecify.annotations.NullMarked;
