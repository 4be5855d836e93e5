/**
 * The audit API and the console over HTTP: routes, who may call them, how answers and problems
 * look.
 *
 * <p>Every route stands in one table with the right it needs; nothing is served that is not in it.
 * Whoever asks shows a token in the {@code Authorization} header; there are no cookies, so a page
 * of another site has nothing to ride on. Pages get the strictest content policy that a console
 * without inline code needs. What goes wrong is a problem document (RFC 9457) that says what,
 * which, and what to do.
 *
 * <p>Probes and metrics are not here: they answer without a token, on a port of their own that only
 * operators reach, and before anything else is up.
 *
 * <p>The document {@code openapi.yaml} describes the API; a test compares it with the routes and
 * checks answers against it. Start with {@link dev.weirkeeper.audit.http.ConsoleServer}.
 */
@NullMarked
package dev.weirkeeper.audit.http;

import org.jspecify.annotations.NullMarked;
