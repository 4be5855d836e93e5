/**
 * Declaring tools: what a tool is called, what it takes, what it may do, and the code behind it.
 *
 * <p>A tool is a method marked {@link dev.weirkeeper.executor.tool.Tool} that takes one input
 * record and perhaps a {@link dev.weirkeeper.executor.tool.ToolContext}, or, for tools that are
 * only known at run time, a {@link dev.weirkeeper.executor.tool.CallableTool}. A {@link
 * dev.weirkeeper.executor.tool.ToolCatalogue} collects them. Nothing here knows Kafka or how often,
 * where and when a tool is run.
 *
 * <p>Invariants: every tool in a catalogue has a unique, valid name and a schema that describes an
 * object; the arguments that reach a tool's code have passed that schema and have their defaults
 * filled in; the version of a definition changes exactly when something in it changes.
 *
 * <p>Start with {@link dev.weirkeeper.executor.tool.Tool}.
 */
@NullMarked
package dev.weirkeeper.executor.tool;

import org.jspecify.annotations.NullMarked;
