/** Tests of the executor contract, run against executors of ours and of others. */
@NullMarked
package dev.weirkeeper.cli.conformance;

import org.jspecify.annotations.NullMarked;
