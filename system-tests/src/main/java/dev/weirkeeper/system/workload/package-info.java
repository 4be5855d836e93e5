/**
 * Real work to break: sessions of every kind the system knows, tools that change a real table, a
 * person who decides, and a driver that submits, cancels and waits.
 *
 * <p>What a session is told begins with {@code chaos <session>}, and so does all that is derived
 * from it, so that a request at the model server and a row in a table can be traced to their
 * session. Everything random comes from one seed.
 *
 * <p>Start with {@link dev.weirkeeper.system.workload.Workload}.
 */
@NullMarked
package dev.weirkeeper.system.workload;

import org.jspecify.annotations.NullMarked;
