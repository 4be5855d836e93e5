/**
 * The tool executor: a service that takes calls from Kafka, runs tools and sends back results.
 *
 * <p>Tools are declared in {@link dev.weirkeeper.executor.tool}; what to do with a call is decided
 * in {@link dev.weirkeeper.executor.call}; {@link dev.weirkeeper.executor.worker} does it. {@link
 * dev.weirkeeper.executor.ToolExecutorService} puts them together.
 */
@NullMarked
package dev.weirkeeper.executor;

import org.jspecify.annotations.NullMarked;
