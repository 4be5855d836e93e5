/**
 * The shell around the planner's core: a Kafka Streams topology that reads a session's inputs,
 * folds them, and writes what was decided.
 *
 * <p>One processor owns every session of its partitions: it is the single writer that makes limits
 * race-free. For each input it does the same five things: read it, step, append it to the journal,
 * write the session event, write what the effects say. It decides nothing itself.
 *
 * <p>Invariants: a session's state is the fold of its journal, made by the same code live and on
 * recovery; nothing here waits for a network, model calls are made elsewhere ({@link
 * dev.weirkeeper.planner.topology.ModelDesk}); a record that can't be read is put aside with its
 * reason and the partition goes on.
 *
 * <p>Start with {@link dev.weirkeeper.planner.topology.SessionProcessor}, then {@link
 * dev.weirkeeper.planner.topology.SessionOutput}, which writes what was decided.
 */
@NullMarked
package dev.weirkeeper.planner.topology;

import org.jspecify.annotations.NullMarked;
