/**
 * What the tools keep in PostgreSQL, and the one way they talk to it.
 *
 * <p>{@link dev.weirkeeper.executor.builtin.database.ToolDatabase} owns the connections and brings
 * the schema up to date when it is first used, so an executor starts while the database is down and
 * its other tools go on. {@link dev.weirkeeper.executor.builtin.database.Effects} makes a change
 * happen once per idempotency key.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A change and the row that remembers it commit together, or neither does.
 *   <li>SQL errors reach a model as {@link dev.weirkeeper.executor.tool.ToolFailure}s: worth a
 *       retry, of unknown outcome, or final, decided in {@link
 *       dev.weirkeeper.executor.builtin.database.SqlFailures} and nowhere else.
 * </ul>
 *
 * <p>Start with {@link dev.weirkeeper.executor.builtin.database.ToolDatabase}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.database;

import org.jspecify.annotations.NullMarked;
