/**
 * What to do with a call: the decisions of an executor, as functions from values to values.
 *
 * <p>A delivered call is admitted or refused; a call with side effects is claimed before it runs,
 * and what the claim finds decides whether it runs; each try is followed by another one or by an
 * answer. The worker does what these functions decide. Nothing here waits, reads a clock, a journal
 * or a topic, or draws a random number.
 *
 * <p>Invariants: every call gets an answer, or is handed back untouched; a call that may have taken
 * effect is never run again unless its tool is repeatable; an error that reaches a model names what
 * is wrong and never carries a stack trace.
 *
 * <p>Start with {@link dev.weirkeeper.executor.call.CallRules}.
 */
@NullMarked
package dev.weirkeeper.executor.call;

import org.jspecify.annotations.NullMarked;
