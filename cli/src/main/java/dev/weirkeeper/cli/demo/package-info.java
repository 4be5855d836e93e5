/**
 * What {@code weir demo} shows: a handful of tasks, and their bill as the audit store has it.
 *
 * <p>Start with {@link dev.weirkeeper.cli.demo.DemoTasks}.
 */
@NullMarked
package dev.weirkeeper.cli.demo;

import org.jspecify.annotations.NullMarked;
