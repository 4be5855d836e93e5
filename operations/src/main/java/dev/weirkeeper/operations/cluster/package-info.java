/**
 * What Weirkeeper needs of a Kafka cluster beyond its topics, checked with sentences that say how
 * to fix it.
 *
 * <p>A cluster that lacks one of these still takes records, and loses the promises quietly: calls
 * of aborted transactions would run, calls made before an executor first joined would never be
 * seen. So a service refuses to start on such a cluster. Nothing here changes a cluster except
 * {@link dev.weirkeeper.operations.cluster.ShareGroups#prepare}, which is called by whoever
 * prepares one.
 *
 * <p>Start with {@link dev.weirkeeper.operations.cluster.ClusterFitness}.
 */
@NullMarked
package dev.weirkeeper.operations.cluster;

import org.jspecify.annotations.NullMarked;
