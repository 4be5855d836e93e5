@NullMarked
package dev.weirkeeper.executor.call;

import org.jspecify.annotations.NullMarked;
