/**
 * A real PostgreSQL server as a child process, for one machine and for tests. There is no second
 * SQL dialect: what runs here runs on a production server.
 *
 * <p>It listens on the loopback address and trusts whoever connects from this machine. Start with
 * {@link dev.weirkeeper.local.postgres.LocalPostgres}.
 */
@NullMarked
package dev.weirkeeper.local.postgres;

import org.jspecify.annotations.NullMarked;
