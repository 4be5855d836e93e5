/**
 * Results that are too long for a model: cut to head and tail, the whole kept behind a handle.
 *
 * <p>A {@link dev.weirkeeper.executor.result.ResultStore} keeps whole results, in a directory or in
 * PostgreSQL; {@link dev.weirkeeper.executor.result.ResultLimit} decides what is shown; {@link
 * dev.weirkeeper.executor.result.ReadResult} is the tool that reads the rest.
 *
 * <p>Invariants: what is shown of a result has at most the tool's limit in bytes and never splits a
 * character; a handle depends on the call and the content only, so that storing again changes
 * nothing; a result is read by its own tenant only.
 */
@NullMarked
package dev.weirkeeper.executor.result;

import org.jspecify.annotations.NullMarked;
