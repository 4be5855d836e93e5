/**
 * The PostgreSQL side of the audit sink: reaching the database, its schema (Flyway migrations under
 * {@code db/audit}), day partitions and the binary form of {@code COPY}.
 *
 * <p>It knows nothing of Kafka or of what the rows mean.
 *
 * <p>Invariants: one schema holds everything; a connection handed out has that schema as its search
 * path and UTC as its time zone; text that reaches PostgreSQL has no NUL character.
 *
 * <p>Start with {@link dev.weirkeeper.audit.store.Database}.
 */
@NullMarked
package dev.weirkeeper.audit.store;

import org.jspecify.annotations.NullMarked;
