/**
 * The whole system as real processes on one machine: broker, registry, PostgreSQL, model server,
 * planners, executors and audit sinks, each in a JVM of its own, for benchmarks and for breaking.
 *
 * <p>Everything a stack writes is under one directory, and everything it starts ends with it, also
 * when the process that started it is killed: children hold the other end of a pipe. Any of them
 * can be killed, paused and started again on the same data and the same port.
 *
 * <p>The services are started by their own main classes with a settings file, as an operator would.
 * Start with {@link dev.weirkeeper.system.process.ProcessStack}.
 */
@NullMarked
package dev.weirkeeper.system.process;

import org.jspecify.annotations.NullMarked;
