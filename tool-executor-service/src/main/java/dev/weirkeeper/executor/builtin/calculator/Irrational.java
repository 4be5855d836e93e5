package dev.weirkeeper.executor.builtin.calculator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Functions whose values are irrational almost everywhere, by series on reduced arguments with
 * {@value #WORKING_DIGITS} working digits, so that the {@value Quantity#DIGITS} digits of a {@link
 * Quantity} are right but for the last few.
 */
final class Irrational {
  private static final int WORKING_DIGITS = 70;
  private static final MathContext WORK = new MathContext(WORKING_DIGITS, RoundingMode.HALF_EVEN);
  private static final BigDecimal NEGLIGIBLE = BigDecimal.ONE.movePointLeft(WORKING_DIGITS + 5);
  private static final BigDecimal TWO = BigDecimal.TWO;

  /** Largest angle whose position on the circle is still known to all digits. */
  private static final BigDecimal MAX_ANGLE = BigDecimal.ONE.movePointRight(15);

  private static final BigDecimal MAX_LOGARITHM = new BigDecimal(23_100);

  // atanh(1/3) = ln(2)/2, and Machin's formula for pi.
  private static final BigDecimal LN_2 = TWO.multiply(arcSeries(3, 1), WORK);
  private static final BigDecimal PI =
      BigDecimal.valueOf(16)
          .multiply(arcSeries(5, -1), WORK)
          .subtract(BigDecimal.valueOf(4).multiply(arcSeries(239, -1), WORK), WORK);
  private static final BigDecimal HALF_PI = PI.divide(TWO, WORK);
  private static final BigDecimal LN_10 = newtonLn(BigDecimal.TEN);

  private Irrational() {}

  static Quantity pi() {
    return Quantity.approximate(PI);
  }

  static Quantity e() {
    return Quantity.approximate(exp(BigDecimal.ONE));
  }

  static Quantity exp(Quantity x) {
    return x.signum() == 0 ? Quantity.Exact.ONE : Quantity.approximate(exp(work(x)));
  }

  static Quantity ln(Quantity x) {
    if (x.signum() <= 0) {
      throw Rejection.ofArithmetic(
          "the logarithm of zero or of a negative number is not a real number",
          "check the argument");
    }
    return x.compare(Quantity.Exact.ONE) == 0
        ? Quantity.Exact.ZERO
        : Quantity.approximate(ln(work(x)));
  }

  /** Logarithm to any base; exact where the argument is a whole power of the base. */
  static Quantity log(Quantity x, Quantity base) {
    Quantity bottom = ln(base);
    if (bottom.signum() == 0) {
      throw Rejection.ofArithmetic("there is no logarithm to base 1", "choose another base");
    }
    Quantity quotient = ln(x).dividedBy(bottom);
    Quantity whole = quotient.rounded(0, RoundingMode.HALF_EVEN);
    BigInteger n = whole.toDecimal().toBigInteger();
    Quantity candidate = Quantity.of(n);
    return x instanceof Quantity.Exact
            && base.power(candidate) instanceof Quantity.Exact power
            && power.equals(x)
        ? candidate
        : quotient;
  }

  /** {@code base} to {@code exponent} for a positive base. */
  static Quantity power(Quantity base, Quantity exponent) {
    return Quantity.approximate(exp(ln(work(base)).multiply(work(exponent), WORK)));
  }

  static Quantity sin(Quantity x) {
    return turn(x, 0);
  }

  static Quantity cos(Quantity x) {
    return x.signum() == 0 ? Quantity.Exact.ONE : turn(x, 1);
  }

  static Quantity tan(Quantity x) {
    Quantity cosine = cos(x);
    if (cosine.signum() == 0) {
      throw Rejection.ofArithmetic("the tangent has no value at this angle", "check the angle");
    }
    return sin(x).dividedBy(cosine);
  }

  static Quantity asin(Quantity x) {
    if (x.absolute().compare(Quantity.Exact.ONE) > 0) {
      throw Rejection.ofArithmetic("asin and acos take values from -1 to 1", "check the argument");
    }
    return x.signum() == 0 ? Quantity.Exact.ZERO : Quantity.approximate(arcSine(work(x)));
  }

  static Quantity acos(Quantity x) {
    return x.compare(Quantity.Exact.ONE) == 0
        ? Quantity.Exact.ZERO
        : Quantity.approximate(HALF_PI).plus(asin(x).negated());
  }

  static Quantity atan(Quantity x) {
    return x.signum() == 0 ? Quantity.Exact.ZERO : Quantity.approximate(arcTangent(work(x)));
  }

  static Quantity sqrt(Quantity x) {
    if (x.signum() < 0) {
      throw Rejection.ofArithmetic(
          "the square root of a negative number is not a real number", "check the argument");
    }
    Quantity half = new Quantity.Exact(BigInteger.ONE, BigInteger.TWO);
    return switch (x.power(half)) {
      case Quantity.Exact exact -> exact;
      case Quantity.Approximate rounded ->
          rounded.signum() == 0 ? rounded : Quantity.approximate(work(x).sqrt(WORK));
    };
  }

  private static BigDecimal work(Quantity x) {
    return switch (x) {
      case Quantity.Exact exact ->
          new BigDecimal(exact.numerator()).divide(new BigDecimal(exact.denominator()), WORK);
      case Quantity.Approximate approximate -> approximate.value();
    };
  }

  private static BigDecimal exp(BigDecimal x) {
    if (x.abs().compareTo(MAX_LOGARITHM) > 0) {
      throw Rejection.ofArithmetic(
          "the value is beyond 10^" + Quantity.MAX_EXPONENT + " or below its inverse",
          "use a smaller exponent");
    }
    int halvings = x.divide(LN_2, 0, RoundingMode.HALF_EVEN).intValueExact();
    BigDecimal rest = x.subtract(LN_2.multiply(BigDecimal.valueOf(halvings), WORK), WORK);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    for (int n = 1; term.abs().compareTo(NEGLIGIBLE) > 0; n++) {
      term = term.multiply(rest, WORK).divide(BigDecimal.valueOf(n), WORK);
      sum = sum.add(term, WORK);
    }
    return sum.multiply(TWO.pow(halvings, WORK), WORK);
  }

  private static BigDecimal ln(BigDecimal x) {
    int exponent = x.precision() - x.scale() - 1;
    BigDecimal mantissa = x.scaleByPowerOfTen(-exponent);
    return exponent == 0
        ? newtonLn(mantissa)
        : newtonLn(mantissa).add(LN_10.multiply(BigDecimal.valueOf(exponent), WORK), WORK);
  }

  /** For 1 to 10. Halley's step triples the right digits, which are 15 at the start. */
  private static BigDecimal newtonLn(BigDecimal x) {
    BigDecimal y = BigDecimal.valueOf(Math.log(x.doubleValue()));
    for (int step = 0; step < 2; step++) {
      BigDecimal power = exp(y);
      y = y.add(TWO.multiply(x.subtract(power), WORK).divide(x.add(power), WORK), WORK);
    }
    return y;
  }

  /** Sine of the angle, turned on by so many quarters. */
  private static Quantity turn(Quantity angle, int quarters) {
    if (angle.signum() == 0 && quarters == 0) {
      return Quantity.Exact.ZERO;
    }
    BigDecimal x = work(angle);
    if (x.abs().compareTo(MAX_ANGLE) > 0) {
      throw Rejection.ofArithmetic(
          "the angle is larger than 10^15 radians", "take its remainder by tau first");
    }
    BigInteger turns = x.divide(HALF_PI, 0, RoundingMode.HALF_EVEN).toBigIntegerExact();
    BigDecimal rest = x.subtract(HALF_PI.multiply(new BigDecimal(turns), WORK), WORK);
    int quadrant = turns.add(BigInteger.valueOf(quarters)).mod(BigInteger.valueOf(4)).intValue();
    BigDecimal value = circleSeries(rest, quadrant % 2 == 0);
    // Below the precision of the angle itself, what is left is noise around a zero of the function.
    BigDecimal noise = x.abs().max(BigDecimal.ONE).scaleByPowerOfTen(4 - Quantity.DIGITS);
    if (angle instanceof Quantity.Approximate && value.abs().compareTo(noise) < 0) {
      return Quantity.approximate(BigDecimal.ZERO);
    }
    return Quantity.approximate(quadrant >= 2 ? value.negate() : value);
  }

  private static BigDecimal circleSeries(BigDecimal x, boolean sine) {
    BigDecimal square = x.multiply(x, WORK).negate();
    BigDecimal term = sine ? x : BigDecimal.ONE;
    BigDecimal sum = term;
    for (long n = sine ? 2 : 1; term.signum() != 0 && relevant(term, sum); n += 2) {
      term = term.multiply(square, WORK).divide(BigDecimal.valueOf(n * (n + 1)), WORK);
      sum = sum.add(term, WORK);
    }
    return sum;
  }

  private static boolean relevant(BigDecimal term, BigDecimal sum) {
    return term.abs().compareTo(sum.abs().multiply(NEGLIGIBLE)) > 0;
  }

  private static BigDecimal arcSine(BigDecimal x) {
    if (x.abs().compareTo(BigDecimal.ONE) >= 0) {
      return x.signum() < 0 ? HALF_PI.negate() : HALF_PI;
    }
    BigDecimal other = BigDecimal.ONE.subtract(x.multiply(x)).sqrt(WORK);
    return arcTangent(x.divide(other, WORK));
  }

  private static BigDecimal arcTangent(BigDecimal x) {
    if (x.abs().compareTo(BigDecimal.ONE) > 0) {
      BigDecimal rest = HALF_PI.subtract(arcTangent(BigDecimal.ONE.divide(x.abs(), WORK)), WORK);
      return x.signum() < 0 ? rest.negate() : rest;
    }
    BigDecimal reduced = x;
    int halvings = 4;
    for (int i = 0; i < halvings; i++) {
      BigDecimal root = BigDecimal.ONE.add(reduced.multiply(reduced, WORK)).sqrt(WORK);
      reduced = reduced.divide(BigDecimal.ONE.add(root), WORK);
    }
    BigDecimal square = reduced.multiply(reduced, WORK).negate();
    BigDecimal power = reduced;
    BigDecimal sum = reduced;
    for (long n = 3; relevant(power, sum); n += 2) {
      power = power.multiply(square, WORK);
      sum = sum.add(power.divide(BigDecimal.valueOf(n), WORK), WORK);
    }
    return sum.multiply(BigDecimal.valueOf(1L << halvings), WORK);
  }

  /** atan(1/n) for sign -1 and atanh(1/n) for sign 1. */
  private static BigDecimal arcSeries(int n, int sign) {
    BigDecimal square = BigDecimal.valueOf((long) n * n * sign);
    BigDecimal power = BigDecimal.ONE.divide(BigDecimal.valueOf(n), WORK);
    BigDecimal sum = power;
    for (long k = 3; power.abs().compareTo(NEGLIGIBLE) > 0; k += 2) {
      power = power.divide(square, WORK);
      sum = sum.add(power.divide(BigDecimal.valueOf(k), WORK), WORK);
    }
    return sum;
  }
}
