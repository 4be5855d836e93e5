package dev.weirkeeper.executor.builtin.calculator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * A number: an exact fraction, or a decimal rounded to {@value #DIGITS} digits once exactness is
 * lost (irrational functions, or more than {@value #MAX_DIGITS} digits). What is computed from an
 * approximate number stays approximate.
 */
sealed interface Quantity {
  /** Digits of an approximate number. */
  int DIGITS = 40;

  /** Digits up to which numerator and denominator are kept exactly. */
  int MAX_DIGITS = 1_000;

  /** Largest power of ten, and with a minus sign the smallest. */
  int MAX_EXPONENT = 10_000;

  /** Rounding of approximate numbers. */
  MathContext CONTEXT = new MathContext(DIGITS, RoundingMode.HALF_EVEN);

  /** Digits of an approximate number that can be relied on when it is cut to an integer. */
  MathContext RELIABLE = new MathContext(DIGITS - 6, RoundingMode.HALF_EVEN);

  /** Bits of 10^{@value #MAX_DIGITS}. */
  int MAX_BITS = 3_322;

  /** Largest index of a root that is tried exactly. */
  int MAX_ROOT = 64;

  /**
   * A fraction in lowest terms.
   *
   * @param numerator carries the sign
   * @param denominator positive
   */
  record Exact(BigInteger numerator, BigInteger denominator) implements Quantity {
    static final Exact ZERO = new Exact(BigInteger.ZERO, BigInteger.ONE);
    static final Exact ONE = new Exact(BigInteger.ONE, BigInteger.ONE);

    boolean isInteger() {
      return denominator.equals(BigInteger.ONE);
    }

    @Override
    public BigDecimal toDecimal() {
      return new BigDecimal(numerator).divide(new BigDecimal(denominator), CONTEXT);
    }
  }

  /**
   * A rounded number.
   *
   * @param value at most {@value #DIGITS} digits, its exponent within {@link #MAX_EXPONENT}
   */
  record Approximate(BigDecimal value) implements Quantity {
    @Override
    public BigDecimal toDecimal() {
      return value;
    }
  }

  /** The nearest decimal of {@value #DIGITS} digits. */
  BigDecimal toDecimal();

  /** An exact decimal; approximate if it has too many digits. */
  static Quantity of(BigDecimal value) {
    if (value.signum() == 0) {
      return Exact.ZERO;
    }
    requireRange(value);
    return value.scale() >= 0
        ? fraction(value.unscaledValue(), BigInteger.TEN.pow(value.scale()))
        : fraction(value.toBigIntegerExact(), BigInteger.ONE);
  }

  static Quantity of(BigInteger value) {
    return fraction(value, BigInteger.ONE);
  }

  /** A rounded number. */
  static Quantity approximate(BigDecimal value) {
    if (value.signum() == 0) {
      return new Approximate(BigDecimal.ZERO);
    }
    BigDecimal rounded = value.round(CONTEXT);
    requireRange(rounded);
    return new Approximate(rounded);
  }

  private static Quantity fraction(BigInteger numerator, BigInteger denominator) {
    BigInteger divisor = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      divisor = divisor.negate();
    }
    BigInteger top = numerator.divide(divisor);
    BigInteger bottom = denominator.divide(divisor);
    return top.bitLength() > MAX_BITS || bottom.bitLength() > MAX_BITS
        ? approximate(new BigDecimal(top).divide(new BigDecimal(bottom), CONTEXT))
        : new Exact(top, bottom);
  }

  private static void requireRange(BigDecimal value) {
    long exponent = exponent(value);
    if (exponent > MAX_EXPONENT || value.scale() < -2 * MAX_EXPONENT) {
      throw tooLarge();
    }
    if (exponent < -MAX_EXPONENT) {
      throw Rejection.ofArithmetic(
          "the value is smaller than 10^-" + MAX_EXPONENT, "rescale the numbers");
    }
  }

  private static long exponent(BigDecimal value) {
    return (long) value.precision() - value.scale() - 1;
  }

  private static Rejection tooLarge() {
    return Rejection.ofArithmetic(
        "the value is larger than 10^" + MAX_EXPONENT,
        "use smaller exponents, or work with logarithms (ln, log10)");
  }

  default int signum() {
    return switch (this) {
      case Exact exact -> exact.numerator().signum();
      case Approximate approximate -> approximate.value().signum();
    };
  }

  default Quantity negated() {
    return switch (this) {
      case Exact exact -> new Exact(exact.numerator().negate(), exact.denominator());
      case Approximate approximate -> new Approximate(approximate.value().negate());
    };
  }

  default Quantity absolute() {
    return signum() < 0 ? negated() : this;
  }

  default Quantity plus(Quantity other) {
    if (this instanceof Exact a && other instanceof Exact b) {
      return fraction(
          a.numerator().multiply(b.denominator()).add(b.numerator().multiply(a.denominator())),
          a.denominator().multiply(b.denominator()));
    }
    BigDecimal left = toDecimal();
    BigDecimal right = other.toDecimal();
    BigDecimal sum = left.add(right, CONTEXT);
    // What cancellation leaves in the last digits is rounding noise, not a value.
    BigDecimal noise = left.abs().max(right.abs()).scaleByPowerOfTen(4 - DIGITS);
    return approximate(sum.abs().compareTo(noise) < 0 ? BigDecimal.ZERO : sum);
  }

  default Quantity times(Quantity other) {
    if (this instanceof Exact a && other instanceof Exact b) {
      return fraction(
          a.numerator().multiply(b.numerator()), a.denominator().multiply(b.denominator()));
    }
    return approximate(toDecimal().multiply(other.toDecimal(), CONTEXT));
  }

  default Quantity dividedBy(Quantity other) {
    if (other.signum() == 0) {
      throw Rejection.ofArithmetic("division by zero", "check the divisor");
    }
    if (this instanceof Exact a && other instanceof Exact b) {
      return fraction(
          a.numerator().multiply(b.denominator()), a.denominator().multiply(b.numerator()));
    }
    return approximate(toDecimal().divide(other.toDecimal(), CONTEXT));
  }

  /** What is left of a floored division: it has the sign of the divisor. */
  default Quantity remainder(Quantity divisor) {
    Quantity quotient = dividedBy(divisor);
    if (quotient instanceof Approximate approximate
        && approximate.value().signum() != 0
        && exponent(approximate.value()) > RELIABLE.getPrecision() / 2) {
      throw Rejection.ofArithmetic(
          "the remainder of so large a number is not known: it was rounded to "
              + DIGITS
              + " digits",
          "keep the operands of % under " + MAX_DIGITS + " digits and free of irrational parts");
    }
    return plus(divisor.times(quotient.floor()).negated());
  }

  /** Negative, zero or positive as this is less than, equal to or greater than the other. */
  default int compare(Quantity other) {
    return plus(other.negated()).signum();
  }

  default Quantity floor() {
    return rounded(0, RoundingMode.FLOOR);
  }

  /** Rounded to {@code places} digits after the point; negative places round before it. */
  default Quantity rounded(int places, RoundingMode mode) {
    return switch (this) {
      case Exact exact -> {
        BigInteger ten = BigInteger.TEN.pow(Math.abs(places));
        BigInteger top = places > 0 ? exact.numerator().multiply(ten) : exact.numerator();
        BigInteger bottom = places < 0 ? exact.denominator().multiply(ten) : exact.denominator();
        BigInteger whole =
            new BigDecimal(top).divide(new BigDecimal(bottom), 0, mode).toBigIntegerExact();
        yield places > 0 ? fraction(whole, ten) : of(places < 0 ? whole.multiply(ten) : whole);
      }
      case Approximate approximate -> {
        BigDecimal reliable = approximate.value().round(RELIABLE);
        yield approximate(reliable.scale() > places ? reliable.setScale(places, mode) : reliable);
      }
    };
  }

  /** The value as an integer, or null if it is none or only approximate. */
  default @Nullable BigInteger integer() {
    return this instanceof Exact exact && exact.isInteger() ? exact.numerator() : null;
  }

  default Quantity power(Quantity exponent) {
    if (exponent.signum() == 0) {
      return Exact.ONE;
    }
    if (signum() == 0) {
      if (exponent.signum() < 0) {
        throw Rejection.ofArithmetic(
            "zero to a negative power is a division by zero", "check base and exponent");
      }
      return this;
    }
    BigInteger whole = exponent.integer();
    if (whole != null) {
      return integerPower(whole);
    }
    if (this instanceof Exact base && exponent instanceof Exact fraction) {
      Quantity root = exactRoot(base, fraction.denominator());
      if (root != null) {
        return root.integerPower(fraction.numerator());
      }
    }
    if (signum() < 0) {
      throw Rejection.ofArithmetic(
          "a negative number to a fractional power is not a real number",
          "use cbrt(x) for a cube root, or -(x^y) for the power of its absolute value");
    }
    return Irrational.power(this, exponent);
  }

  private Quantity integerPower(BigInteger exponent) {
    if (this instanceof Exact base
        && base.isInteger()
        && base.numerator().abs().equals(BigInteger.ONE)) {
      return exponent.testBit(0) ? this : Exact.ONE;
    }
    if (exponent.bitLength() > 31) {
      throw tooLarge();
    }
    int n = exponent.intValueExact();
    if (this instanceof Exact base) {
      long bits = Math.max(base.numerator().bitLength(), base.denominator().bitLength());
      if (bits * Math.abs((long) n) <= 2L * MAX_BITS) {
        BigInteger top = base.numerator().pow(Math.abs(n));
        BigInteger bottom = base.denominator().pow(Math.abs(n));
        return n > 0 ? fraction(top, bottom) : fraction(bottom, top);
      }
    }
    BigDecimal decimal = toDecimal();
    double digits = (Math.log10(mantissa(decimal)) + exponent(decimal)) * n;
    if (digits > MAX_EXPONENT + 1) {
      throw tooLarge();
    }
    if (digits < -MAX_EXPONENT - 1) {
      throw Rejection.ofArithmetic(
          "the value is smaller than 10^-" + MAX_EXPONENT, "use a smaller exponent");
    }
    return approximate(decimal.pow(n, CONTEXT));
  }

  private static double mantissa(BigDecimal value) {
    return value.abs().scaleByPowerOfTen((int) -exponent(value)).doubleValue();
  }

  private static @Nullable Quantity exactRoot(Exact base, BigInteger index) {
    if (index.compareTo(BigInteger.valueOf(MAX_ROOT)) > 0 || base.numerator().signum() < 0) {
      return null;
    }
    int n = index.intValueExact();
    BigInteger top = exactRoot(base.numerator(), n);
    BigInteger bottom = top == null ? null : exactRoot(base.denominator(), n);
    return top == null || bottom == null ? null : new Exact(top, bottom);
  }

  /** The {@code n}-th root of a non-negative integer if it is an integer. */
  static @Nullable BigInteger exactRoot(BigInteger value, int n) {
    if (value.signum() == 0 || value.equals(BigInteger.ONE)) {
      return value;
    }
    // Newton's iteration from above decreases until it reaches the floor of the root.
    BigInteger root = BigInteger.ONE.shiftLeft(value.bitLength() / n + 1);
    while (true) {
      BigInteger better =
          root.multiply(BigInteger.valueOf(n - 1L))
              .add(value.divide(root.pow(n - 1)))
              .divide(BigInteger.valueOf(n));
      if (better.compareTo(root) >= 0) {
        return root.pow(n).equals(value) ? root : null;
      }
      root = better;
    }
  }
}
