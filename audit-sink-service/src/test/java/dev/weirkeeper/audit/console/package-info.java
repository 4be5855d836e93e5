/**
 * The console in a real browser. The browser is spoken to in its own DevTools protocol over the
 * JDK's WebSocket client: that is two hundred lines, where a driver library would be two hundred
 * megabytes to download. Tests are skipped where no Chromium is found.
 */
@NullMarked
package dev.weirkeeper.audit.console;

import org.jspecify.annotations.NullMarked;
