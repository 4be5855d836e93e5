@NullMarked
package dev.weirkeeper.executor.journal;

import org.jspecify.annotations.NullMarked;
