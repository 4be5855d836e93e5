/**
 * Named instants at which a process can be made to die, so that tests can show what every crash
 * leads to.
 *
 * <p>Nothing is armed unless the process was started with {@link
 * dev.weirkeeper.operations.failpoint.FailPoint#PROPERTY}, a system property and no setting of
 * ours: it is for tests, not for operators. Start with {@link
 * dev.weirkeeper.operations.failpoint.FailPoint}.
 */
@NullMarked
package dev.weirkeeper.operations.failpoint;

import org.jspecify.annotations.NullMarked;
