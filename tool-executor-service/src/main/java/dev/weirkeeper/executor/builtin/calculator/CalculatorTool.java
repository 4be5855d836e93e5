package dev.weirkeeper.executor.builtin.calculator;

import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolFailure;

/** The {@code calculator} tool. Thread-safe. */
public final class CalculatorTool {

  record Input(
      @Param(
              value =
                  "The expression. Operators: + - * / // (floored division) % (remainder) ^ or **"
                      + " (power) ! (factorial), parentheses. Functions: sqrt cbrt abs sign"
                      + " round(x, places) floor ceil trunc min max sum mean gcd lcm factorial mod"
                      + " pow exp ln log10 log2 log(x, base) sin cos tan asin acos atan (radians)"
                      + " radians degrees. Constants: pi e tau. Write numbers without thousands"
                      + " separators, units or currency signs, and 15% of x as x * 15 / 100.",
              examples = {"2^32", "round(1199.00 * 1.19, 2)", "mean(3, 4.5, 9)"},
              minLength = 1,
              maxLength = Calculator.MAX_LENGTH)
          String expression) {}

  /**
   * Evaluates an expression.
   *
   * @throws ToolFailure {@code invalid_arguments} with the position to blame and a hint
   */
  @Tool(
      name = "calculator",
      description =
          "Evaluates an arithmetic expression exactly: integers and decimals do not lose digits, so"
              + " 0.1 + 0.2 is 0.3. Use it for every calculation whose result matters. It has no"
              + " variables and runs no code. The answer holds `result` as decimal text and `exact`,"
              + " which is false if the digits shown were rounded.",
      readOnly = true,
      timeout = "5s",
      maxAttempts = 1,
      maxResultBytes = 4096)
  Evaluation.Value calculate(Input input) {
    return switch (Calculator.evaluate(input.expression())) {
      case Evaluation.Value value -> value;
      case Evaluation.Rejected rejected ->
          throw ToolFailure.invalidArguments(
                  "the expression has no value: at character "
                      + rejected.position()
                      + ", "
                      + rejected.message())
              .hint(rejected.hint())
              .detail("position", rejected.position());
    };
  }
}
