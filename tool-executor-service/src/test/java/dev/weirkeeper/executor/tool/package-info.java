@NullMarked
package dev.weirkeeper.executor.tool;

import org.jspecify.annotations.NullMarked;
