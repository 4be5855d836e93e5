/**
 * The {@code calculator} tool: arithmetic that a model can trust.
 *
 * <p>An expression is split into tokens by {@link Lexer}, turned into a tree by {@link Parser} and
 * folded into a {@link Quantity}. There is no scripting engine, no reflection and no name that
 * means anything except the listed functions and constants, so an expression can only ever compute.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Integers, decimals and fractions are exact until they pass {@link Quantity#MAX_DIGITS}
 *       digits; what is not exact says so in the answer.
 *   <li>Work is bounded before it is done: length, tokens, nesting, digits and exponents all have a
 *       limit, so the slowest accepted expression takes milliseconds.
 *   <li>A bad expression is a value ({@link Evaluation.Rejected}) with a position and a hint, never
 *       an exception that escapes.
 * </ul>
 *
 * <p>Start with {@link CalculatorTool}, then {@link Calculator}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.calculator;

import org.jspecify.annotations.NullMarked;
