/**
 * What a session is pinned to: the agent, its tools, its limits and its approval policy, as plain
 * values. Nothing here changes while a task runs. Imports the JDK only; the wire's definitions are
 * mapped to these at the edge.
 */
@NullMarked
package dev.weirkeeper.planner.agent;

import org.jspecify.annotations.NullMarked;
