@NullMarked
package dev.weirkeeper.system.bench;

import org.jspecify.annotations.NullMarked;
