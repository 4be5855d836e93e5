/**
 * What people tell the system through the API, as records on the topics: tasks, controls and
 * decisions. Nothing takes effect here; the planner decides what becomes of it.
 *
 * <p>An order is done when the broker has it safely. Whether its maker may give it is checked
 * before, in {@link dev.weirkeeper.audit.http}.
 */
@NullMarked
package dev.weirkeeper.audit.order;

import org.jspecify.annotations.NullMarked;
