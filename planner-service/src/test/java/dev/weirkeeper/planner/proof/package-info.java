/**
 * The proof that the core holds its promises: recorded histories replayed, every legal transition
 * visited, the imports of the core checked, its state diagram generated.
 *
 * <p>Start with GoldenHistoriesTest.
 */
@NullMarked
package dev.weirkeeper.planner.proof;

import org.jspecify.annotations.NullMarked;
