/**
 * Runs the commands that the documents show.
 *
 * <p>{@link dev.weirkeeper.system.docs.Document} finds them and the marks beside them, {@link
 * dev.weirkeeper.system.docs.RunningStack} is the stack they run against, {@link
 * dev.weirkeeper.system.docs.CommandRunner} runs them. A command that is neither run nor marked
 * fails the build. CONTRIBUTING.md says how to mark.
 */
@NullMarked
package dev.weirkeeper.system.docs;

import org.jspecify.annotations.NullMarked;
