@NullMarked
package dev.weirkeeper.audit.ingest;

import org.jspecify.annotations.NullMarked;
