/**
 * Breaking the system while it works, from a seed: which process is killed, paused or cut off when,
 * and what is sent that should not be. What came of it is judged by {@link
 * dev.weirkeeper.system.check.Checker}.
 *
 * <p>The same seed gives the same load and the same faults in the same order, at the same points of
 * the load's progress; not the same interleaving, which is the machine's.
 *
 * <p>Start with {@link dev.weirkeeper.system.chaos.ChaosRun}.
 */
@NullMarked
package dev.weirkeeper.system.chaos;

import org.jspecify.annotations.NullMarked;
