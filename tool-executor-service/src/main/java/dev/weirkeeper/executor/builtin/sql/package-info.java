/**
 * The {@code sql_query} and {@code execute_sql_write} tools: SQL written by a model, run by a
 * database role that can't do harm.
 *
 * <p>What holds a statement back is PostgreSQL itself, not a reading of its text. A reader logs in
 * as a role that owns nothing and may only select, in a read-only transaction that is rolled back;
 * a writer logs in as a role with rights on allow-listed schemas only. {@link
 * dev.weirkeeper.executor.builtin.sql.RoleAudit} looks at the role before it is used and refuses
 * one that may do more.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>One call is one statement, by the extended query protocol, whose server refuses two.
 *   <li>Each call has a connection of its own that is closed after it: no setting, lock, prepared
 *       statement or temporary table outlives a call.
 *   <li>Time, rows and bytes are bounded on both sides of the connection.
 * </ul>
 *
 * <p>Start with {@link dev.weirkeeper.executor.builtin.sql.SqlQuery}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.sql;

import org.jspecify.annotations.NullMarked;
