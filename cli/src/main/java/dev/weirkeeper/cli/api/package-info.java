/**
 * Asking the audit API, for commands that read what the audit store has.
 *
 * <p>Start with {@link dev.weirkeeper.cli.api.AuditApi}.
 */
@NullMarked
package dev.weirkeeper.cli.api;

import org.jspecify.annotations.NullMarked;
