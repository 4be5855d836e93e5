/** Tests of what a session is pinned to. */
@NullMarked
package dev.weirkeeper.planner.agent;

import org.jspecify.annotations.NullMarked;
