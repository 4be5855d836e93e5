package dev.weirkeeper.planner.agent;

import java.time.Duration;
import java.util.Optional;

/**
 * A tool an agent may call.
 *
 * @param pool whose executors run it
 * @param destructive asked for by default
 * @param timeout of one run, retries included
 * @param agent the sub-agent that is started instead of an executor
 * @param asksPerson a person gives the result
 */
public record Tool(
    String name,
    String version,
    String pool,
    boolean destructive,
    Duration timeout,
    Optional<String> agent,
    boolean asksPerson) {}
