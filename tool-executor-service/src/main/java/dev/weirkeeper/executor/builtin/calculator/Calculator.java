package dev.weirkeeper.executor.builtin.calculator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates arithmetic expressions, safely and, wherever a number can be written down exactly,
 * exactly: {@code 0.1 + 0.2} is {@code 0.3} and {@code 1/3*3} is {@code 1}.
 *
 * <p>Limits: {@value #MAX_LENGTH} characters, {@value #MAX_TOKENS} tokens, {@value #MAX_DEPTH}
 * levels of nesting; values between 10^-10000 and 10^10000, exact to 1000 digits and rounded to 40
 * beyond them. Thread-safe: there is no state.
 */
final class Calculator {
  static final int MAX_LENGTH = 2_000;
  static final int MAX_TOKENS = 1_000;
  static final int MAX_DEPTH = 64;

  /** Digits after the point that a terminating decimal is written out with. */
  private static final int MAX_WRITTEN_SCALE = 50;

  /** Digits shown of a value that is not exact. */
  private static final MathContext SHOWN = new MathContext(20, RoundingMode.HALF_EVEN);

  private static final int MAX_FRACTION_BITS = 64;

  private Calculator() {}

  /** The value of {@code expression}, or why it has none. Never throws. */
  static Evaluation evaluate(String expression) {
    if (expression.length() > MAX_LENGTH) {
      return new Evaluation.Rejected(
          MAX_LENGTH + 1,
          "the expression is "
              + expression.length()
              + " characters long; "
              + MAX_LENGTH
              + " are allowed",
          "split it into several calls");
    }
    try {
      return shown(Expression.evaluate(Parser.parse(Lexer.split(expression))));
    } catch (Rejection rejection) {
      return rejection.toOutcome();
    }
  }

  private static Evaluation.Value shown(Quantity quantity) {
    return switch (quantity) {
      case Quantity.Approximate approximate ->
          new Evaluation.Value(rounded(approximate.value()), false, null);
      case Quantity.Exact exact -> {
        BigDecimal written = terminating(exact);
        if (written != null) {
          yield new Evaluation.Value(plainOrScientific(written), true, null);
        }
        yield new Evaluation.Value(rounded(exact.toDecimal()), false, fraction(exact));
      }
    };
  }

  private static @Nullable String fraction(Quantity.Exact exact) {
    return exact.numerator().bitLength() <= MAX_FRACTION_BITS
            && exact.denominator().bitLength() <= MAX_FRACTION_BITS
        ? exact.numerator() + "/" + exact.denominator()
        : null;
  }

  /** The value as a decimal of bearable length, if there is one. */
  private static @Nullable BigDecimal terminating(Quantity.Exact exact) {
    BigInteger rest = exact.denominator();
    int twos = rest.getLowestSetBit();
    rest = rest.shiftRight(twos);
    int fives = 0;
    while (rest.mod(BigInteger.valueOf(5)).signum() == 0) {
      rest = rest.divide(BigInteger.valueOf(5));
      fives++;
    }
    if (!rest.equals(BigInteger.ONE)) {
      return null;
    }
    int scale = Math.max(twos, fives);
    BigDecimal value =
        new BigDecimal(exact.numerator())
            .divide(new BigDecimal(exact.denominator()), scale, RoundingMode.UNNECESSARY);
    boolean shortEnough =
        scale <= MAX_WRITTEN_SCALE || value.stripTrailingZeros().precision() <= MAX_WRITTEN_SCALE;
    return shortEnough ? value : null;
  }

  private static String plainOrScientific(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() <= MAX_WRITTEN_SCALE ? stripped.toPlainString() : stripped.toString();
  }

  private static String rounded(BigDecimal value) {
    BigDecimal shown = value.round(SHOWN).stripTrailingZeros();
    int exponent = shown.precision() - shown.scale() - 1;
    return exponent >= -7 && exponent <= SHOWN.getPrecision()
        ? shown.toPlainString()
        : shown.toString();
  }
}
