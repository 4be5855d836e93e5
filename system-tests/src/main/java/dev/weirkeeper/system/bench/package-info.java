/**
 * {@code weir bench}: how fast the whole path is, measured so that anybody can measure it again.
 *
 * <p>The workload is the one agent runtimes are compared by: a prompt, ten tool calls one after the
 * other and an answer, against a model server that answers at once. The stack is the one of {@code
 * weir up}, with everything that belongs to it: broker, registry, PostgreSQL, planner, executors
 * and the audit sink. Only the model server has a process of its own, so that its cost can be told
 * from ours.
 *
 * <p>It is not a test of limits: nothing fails for being slow. What fails a run is a wrong answer,
 * a step too many or too few, or a ledger that differs from what the model server counted.
 *
 * <p>Start with {@link dev.weirkeeper.system.bench.Bench}; what is measured is in {@link
 * dev.weirkeeper.system.bench.BenchReport}.
 */
@NullMarked
package dev.weirkeeper.system.bench;

import org.jspecify.annotations.NullMarked;
