package dev.weirkeeper.system.workload;

import java.time.Duration;
import java.util.Optional;

/**
 * A task of a workload.
 *
 * @param cancelAfter when it is cancelled, counted from its submission
 * @param twice whether its record is produced twice, as a producer that retries may
 */
public record Job(
    String session,
    String task,
    Workload.Kind kind,
    String text,
    String agent,
    String tenant,
    Optional<Duration> cancelAfter,
    boolean twice) {}
