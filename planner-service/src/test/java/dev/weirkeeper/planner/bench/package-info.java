/** Measurements of the core alone: no broker, no JSON, no network. Start with PlannerBench. */
@NullMarked
package dev.weirkeeper.planner.bench;

import org.jspecify.annotations.NullMarked;
