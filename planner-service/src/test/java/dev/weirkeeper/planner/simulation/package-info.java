/**
 * A world around the core, driven by one seed: a log, planners that crash and take over from each
 * other, a provider that charges, executors, people, tenants with daily budgets, and clocks that
 * jump. After every step named invariants are checked against what the world itself knows, such as
 * what the provider really charged.
 *
 * <p>The log loses nothing that was committed, keeps the order of one topic, and otherwise delays,
 * repeats and interleaves as it likes. Planners run under both guarantees. Exactly-once: what an
 * input led to becomes visible at a commit, together with the position it was read to.
 * At-least-once: records arrive one by one in the order they were sent, and a crash cuts their
 * sequence anywhere.
 *
 * <p>It is not a test of Kafka: what the shell does around the core is done here in small, and the
 * shell itself is tested against Kafka's own test driver and against brokers.
 *
 * <p>Start with {@link dev.weirkeeper.planner.simulation.Simulation}; {@link
 * dev.weirkeeper.planner.simulation.Invariants} says what must hold.
 */
@NullMarked
package dev.weirkeeper.planner.simulation;

import org.jspecify.annotations.NullMarked;
