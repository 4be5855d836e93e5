/**
 * Between the wire and the core: records read and checked, mapped to events; effects mapped to
 * records; definitions pinned. Mapping is total and pure, so what the journal holds means the same
 * whenever it is folded. Nothing here decides and nothing here talks to Kafka.
 *
 * <p>Start with {@link dev.weirkeeper.planner.edge.Inbound} and {@link
 * dev.weirkeeper.planner.edge.Outbound}.
 */
@NullMarked
package dev.weirkeeper.planner.edge;

import org.jspecify.annotations.NullMarked;
