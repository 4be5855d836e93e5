/**
 * The ticket tools: {@code search_tickets}, which only reads, and {@code create_or_update_ticket},
 * which changes one ticket once per idempotency key. Tickets live in the tools' own database. Start
 * with {@link dev.weirkeeper.executor.builtin.tickets.CreateOrUpdateTicket}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.tickets;

import org.jspecify.annotations.NullMarked;
