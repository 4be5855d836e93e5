/**
 * The {@code http_request} tool: calls HTTP APIs on an allow-list, and cannot be talked into
 * calling anything else.
 *
 * <p>Three gates, each of which would do alone: the URL has to match an allowed origin ({@link
 * dev.weirkeeper.executor.builtin.http.HostRule}); the addresses its name resolves to have to be
 * public ({@link dev.weirkeeper.executor.builtin.http.AddressPolicy}); and the socket looks at the
 * address once more when it connects, so that a name that resolves differently a moment later gets
 * nowhere. Redirects pass all three again. There is no proxy, no cookie jar and no cache.
 *
 * <p>Invariants: credentials come from the settings, go to the origin they are for and are never
 * shown; size and time of a response are bounded before it is read; a request that may have changed
 * something is never repeated by itself.
 *
 * <p>Start with {@link dev.weirkeeper.executor.builtin.http.HttpRequest}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.http;

import org.jspecify.annotations.NullMarked;
