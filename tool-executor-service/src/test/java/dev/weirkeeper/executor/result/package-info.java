@NullMarked
package dev.weirkeeper.executor.result;

import org.jspecify.annotations.NullMarked;
