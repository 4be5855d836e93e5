/** Tests of the ticket tools on a real PostgreSQL server. */
@NullMarked
package dev.weirkeeper.executor.builtin.tickets;

import org.jspecify.annotations.NullMarked;
