/**
 * The {@code delete_record} tool: deletes one row of an allow-listed table, found by its key, once
 * per idempotency key. It is destructive, so the planner asks for approval before it lets a call
 * through. The deleted row is in the result, and so in the audit log. Start with {@link
 * dev.weirkeeper.executor.builtin.records.DeleteRecord}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.records;

import org.jspecify.annotations.NullMarked;
