/**
 * A network that can be told to misbehave: a proxy for TCP that delays, resets, or swallows what
 * goes through it.
 *
 * <p>It knows nothing of what it carries. What it does to bytes is what a network may do: late, or
 * not at all and then the connection is lost; never changed and never out of order.
 *
 * <p>Start with {@link dev.weirkeeper.system.proxy.TcpProxy}.
 */
@NullMarked
package dev.weirkeeper.system.proxy;

import org.jspecify.annotations.NullMarked;
