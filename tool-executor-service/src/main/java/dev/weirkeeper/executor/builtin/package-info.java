/**
 * The tools that come with an executor, one package each, and the assembly that offers those whose
 * backing is configured. A tool here knows nothing of Kafka; it is declared with {@link
 * dev.weirkeeper.executor.tool.Tool} like anybody's. Start with {@link
 * dev.weirkeeper.executor.builtin.BuiltinTools}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin;

import org.jspecify.annotations.NullMarked;
