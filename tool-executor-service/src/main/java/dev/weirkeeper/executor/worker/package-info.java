/**
 * The shell around the call rules: takes calls from Kafka, runs tools, sends results.
 *
 * <p>A {@link dev.weirkeeper.executor.worker.CallSource} hands over {@linkplain
 * dev.weirkeeper.executor.worker.Delivery deliveries}: {@link
 * dev.weirkeeper.executor.worker.ShareLanes} from a share group, {@link
 * dev.weirkeeper.executor.worker.GroupReader} from a consumer group. {@link
 * dev.weirkeeper.executor.worker.CallRunner} does with each what {@link
 * dev.weirkeeper.executor.call.CallRules} decide, every call on a virtual thread of its own. {@link
 * dev.weirkeeper.executor.worker.Outbox} sends results and dead letters, and only when the broker
 * has them is the delivery settled.
 *
 * <p>Invariants: a delivery is settled exactly once, and as done only after its result or dead
 * letter is in its topic; nothing here decides about a call what the rules could decide; a consumer
 * is used by one thread only.
 *
 * <p>Start with {@link dev.weirkeeper.executor.worker.CallRunner}.
 */
@NullMarked
package dev.weirkeeper.executor.worker;

import org.jspecify.annotations.NullMarked;
