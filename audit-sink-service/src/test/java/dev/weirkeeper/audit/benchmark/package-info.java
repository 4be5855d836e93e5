/**
 * Programs that measure the sink on the machine they run on, with servers as durable as in
 * production. They are run by hand; each says how in its first lines.
 */
@NullMarked
package dev.weirkeeper.audit.benchmark;

import org.jspecify.annotations.NullMarked;
