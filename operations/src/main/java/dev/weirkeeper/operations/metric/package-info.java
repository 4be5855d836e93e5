/**
 * What a service counts and times: every metric is declared once, with its name, labels, unit and
 * meaning, and made from its declaration only. The documents show the declarations.
 *
 * <p>Invariant: a label has few values. What others choose (names of tools, models, tenants) goes
 * through {@link dev.weirkeeper.operations.metric.Few} or is no label; sessions, tasks and calls
 * never are: the log and the traces tell them apart.
 *
 * <p>Start with {@link dev.weirkeeper.operations.metric.Measure}.
 */
@NullMarked
package dev.weirkeeper.operations.metric;

import org.jspecify.annotations.NullMarked;
