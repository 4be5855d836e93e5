/** The trace of a task as a collector sees it, over all services. */
@NullMarked
package dev.weirkeeper.system.trace;

import org.jspecify.annotations.NullMarked;
