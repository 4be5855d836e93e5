/**
 * Whether somebody else's executor keeps the contract: real calls on a real cluster, and what comes
 * back. The contract is {@code docs/executor-protocol.md}; each check names its section.
 *
 * <p>Start with {@link dev.weirkeeper.cli.conformance.ExecutorConformance}.
 */
@NullMarked
package dev.weirkeeper.cli.conformance;

import org.jspecify.annotations.NullMarked;
