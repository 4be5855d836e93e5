@NullMarked
package dev.weirkeeper.executor;

import org.jspecify.annotations.NullMarked;
