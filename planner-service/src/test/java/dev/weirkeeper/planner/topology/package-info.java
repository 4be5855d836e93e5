/** Tests of the shell on a real broker. */
@NullMarked
package dev.weirkeeper.planner.topology;

import org.jspecify.annotations.NullMarked;
