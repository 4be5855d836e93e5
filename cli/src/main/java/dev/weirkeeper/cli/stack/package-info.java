/**
 * The whole system in one process: a real broker, a schema registry, a real PostgreSQL, the three
 * services, and without a provider's key the rehearsal model.
 *
 * <p>Nothing here stands in for anything: the same classes run one service per process elsewhere. A
 * data directory belongs to one stack at a time; what it holds survives the process, however it
 * ends, and the next start goes on from there.
 *
 * <p>Start with {@link dev.weirkeeper.cli.stack.LocalStack}.
 */
@NullMarked
package dev.weirkeeper.cli.stack;

import org.jspecify.annotations.NullMarked;
