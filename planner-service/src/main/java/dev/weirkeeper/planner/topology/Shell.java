package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.edge.Directory;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * What every processor of a planner is given.
 *
 * @param serde settings of the serializers
 * @param partitions of every session topic
 * @param instance this planner's id, the same after a restart
 * @param grace how long a call of a lost planner may still be answered before it is made again
 * @param retention how long an idle session is kept
 * @param sessionCacheBytes most memory for the sessions of one partition
 * @param maxRecordBytes no record is written that is longer
 * @param approvers whose decisions are followed
 * @param atLeastOnce a crash may leave what was decided in some topics and not in others
 * @param auditUrl base of links to the audit API; empty: none
 * @param spans reports what is over
 * @param redaction takes secrets out of what is read
 * @param metrics counts
 */
public record Shell(
    Topics topics,
    Map<String, Object> serde,
    int partitions,
    Directory directory,
    PriceBook prices,
    ModelDesk desk,
    InstantSource clock,
    String instance,
    Duration grace,
    Duration retention,
    long sessionCacheBytes,
    int maxRecordBytes,
    TrustedApprovers approvers,
    boolean atLeastOnce,
    String auditUrl,
    Spans spans,
    Redaction redaction,
    PlannerMetrics metrics) {}
