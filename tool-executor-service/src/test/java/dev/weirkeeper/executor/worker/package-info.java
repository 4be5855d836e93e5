@NullMarked
package dev.weirkeeper.executor.worker;

import org.jspecify.annotations.NullMarked;
