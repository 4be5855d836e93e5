/**
 * From the topics into the audit store, exactly once.
 *
 * <p>Each {@link dev.weirkeeper.audit.ingest.Member} is a consumer with a thread and a connection
 * of its own. It reads raw bytes, decodes them, gathers the rows of a batch in memory and writes
 * them in one transaction together with the offsets it goes on from. Kafka's own committed offsets
 * are kept up only so that lag can be watched with the usual tools.
 *
 * <p>Invariants: a partition's offset in the store moves only in the transaction of its rows, and
 * only for the owner with the newest epoch; a record that can't be read or stored becomes a dead
 * letter and never stops its partition; nothing of a row depends on the clock or on how batches are
 * cut; a lost database or registry is waited for, with the partitions paused and the group
 * membership kept.
 *
 * <p>Start with {@link dev.weirkeeper.audit.ingest.Member}, then {@link
 * dev.weirkeeper.audit.ingest.Projection} for what goes where.
 */
@NullMarked
package dev.weirkeeper.audit.ingest;

import org.jspecify.annotations.NullMarked;
