/**
 * How log lines look: one readable line on a terminal, one JSON object per line for collectors.
 *
 * <p>Logback finds {@link dev.weirkeeper.operations.log.StartupLogging} by itself, so that a
 * service logs decently from its first line without any file of settings; {@link
 * dev.weirkeeper.operations.log.LogConfig#apply} then sets what the service was told. Someone who
 * wants logback's own way puts a {@code logback.xml} on the class path or names one with {@code
 * -Dlogback.configurationFile}, and both step back.
 *
 * <p>Invariant: Kafka's libraries speak from WARN on only, since their INFO lines hide ours.
 */
@NullMarked
package dev.weirkeeper.operations.log;

import org.jspecify.annotations.NullMarked;
