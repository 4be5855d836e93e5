/**
 * What an orchestrator and a monitoring system ask a running service over HTTP: {@code
 * /health/live}, {@code /health/ready}, {@code /metrics}, {@code /info}.
 *
 * <p>Ready means doing the service's work now: subscribed, assigned, connected. A service that is
 * not ready says in words what it waits for. Live means that a restart would not help; it is false
 * only when something the service can't repair itself has stopped. Nothing here shows settings or
 * content, so the endpoint needs no login; bind it to an address only the operator reaches.
 *
 * <p>Start with {@link dev.weirkeeper.operations.health.HealthServer}.
 */
@NullMarked
package dev.weirkeeper.operations.health;

import org.jspecify.annotations.NullMarked;
