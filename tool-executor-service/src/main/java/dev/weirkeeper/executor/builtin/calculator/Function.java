package dev.weirkeeper.executor.builtin.calculator;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A named function of the calculator. The catalogue below is all there is: names are looked up here
 * and nowhere else.
 *
 * @param name as written, in lower case
 * @param minimum fewest arguments
 * @param maximum most arguments
 * @param parameters how its arguments are shown to whoever used it wrongly
 * @param body computes it from that many arguments
 */
record Function(String name, int minimum, int maximum, String parameters, Body body) {
  private static final int MANY = 100;

  /** Beyond this the factorial passes 10^{@value Quantity#MAX_EXPONENT}. */
  private static final int MAX_FACTORIAL = 3_249;

  private static final int MAX_PLACES = 1_000;

  /** Computes a function. */
  @FunctionalInterface
  interface Body {
    Quantity apply(List<Quantity> arguments);
  }

  static final Function FACTORIAL =
      new Function("factorial", 1, 1, "n", a -> factorial(a.getFirst()));

  private static final Map<String, Function> BY_NAME = catalogue();
  private static final Map<String, Quantity> CONSTANTS =
      Map.of(
          "pi",
          Irrational.pi(),
          "e",
          Irrational.e(),
          "tau",
          Irrational.pi().times(Quantity.of(BigInteger.TWO)));

  Quantity apply(List<Quantity> arguments) {
    return body.apply(arguments);
  }

  /** The function as it is written. */
  String usage() {
    return name + "(" + parameters + ")";
  }

  static @Nullable Function named(String name) {
    return BY_NAME.get(name.toLowerCase(Locale.ROOT));
  }

  static @Nullable Quantity constant(String name) {
    return CONSTANTS.get(name.toLowerCase(Locale.ROOT));
  }

  static String knownNames() {
    return "functions: "
        + String.join(", ", BY_NAME.keySet())
        + "; constants: "
        + String.join(", ", new TreeSet<>(CONSTANTS.keySet()));
  }

  private static Map<String, Function> catalogue() {
    Map<String, Function> all = new LinkedHashMap<>();
    for (Function function :
        List.of(
            one("abs", Quantity::absolute),
            one("sign", x -> Quantity.of(BigInteger.valueOf(x.signum()))),
            one("sqrt", Irrational::sqrt),
            one("cbrt", Function::cubeRoot),
            new Function("round", 1, 2, "x, places", Function::round),
            one("floor", Quantity::floor),
            one("ceil", x -> x.rounded(0, RoundingMode.CEILING)),
            one("trunc", x -> x.rounded(0, RoundingMode.DOWN)),
            new Function("min", 1, MANY, "a, b, …", a -> extreme(a, -1)),
            new Function("max", 1, MANY, "a, b, …", a -> extreme(a, 1)),
            new Function("sum", 1, MANY, "a, b, …", Function::sum),
            new Function(
                "mean",
                1,
                MANY,
                "a, b, …",
                a -> sum(a).dividedBy(Quantity.of(BigInteger.valueOf(a.size())))),
            new Function("gcd", 2, 2, "a, b", a -> gcd(a.get(0), a.get(1))),
            new Function("lcm", 2, 2, "a, b", a -> lcm(a.get(0), a.get(1))),
            FACTORIAL,
            new Function("mod", 2, 2, "a, b", a -> a.get(0).remainder(a.get(1))),
            new Function("pow", 2, 2, "base, exponent", a -> a.get(0).power(a.get(1))),
            one("exp", Irrational::exp),
            one("ln", Irrational::ln),
            one("log10", x -> Irrational.log(x, Quantity.of(BigInteger.TEN))),
            one("log2", x -> Irrational.log(x, Quantity.of(BigInteger.TWO))),
            new Function("log", 2, 2, "x, base", a -> Irrational.log(a.get(0), a.get(1))),
            one("sin", Irrational::sin),
            one("cos", Irrational::cos),
            one("tan", Irrational::tan),
            one("asin", Irrational::asin),
            one("acos", Irrational::acos),
            one("atan", Irrational::atan),
            one("radians", x -> x.times(Irrational.pi()).dividedBy(halfTurn())),
            one("degrees", x -> x.times(halfTurn()).dividedBy(Irrational.pi())))) {
      all.put(function.name(), function);
    }
    return all;
  }

  private static Function one(String name, UnaryOperator<Quantity> body) {
    return new Function(name, 1, 1, "x", a -> body.apply(a.getFirst()));
  }

  private static Quantity halfTurn() {
    return Quantity.of(BigInteger.valueOf(180));
  }

  private static Quantity cubeRoot(Quantity x) {
    Quantity third = new Quantity.Exact(BigInteger.ONE, BigInteger.valueOf(3));
    return x.signum() < 0 ? x.negated().power(third).negated() : x.power(third);
  }

  private static Quantity round(List<Quantity> arguments) {
    int places = 0;
    if (arguments.size() == 2) {
      BigInteger given = arguments.get(1).integer();
      if (given == null || given.abs().compareTo(BigInteger.valueOf(MAX_PLACES)) > 0) {
        throw Rejection.ofArithmetic(
            "the places of round(x, places) are not a whole number from -1000 to 1000",
            "write round(x, 2) for cents");
      }
      places = given.intValueExact();
    }
    return arguments.getFirst().rounded(places, RoundingMode.HALF_UP);
  }

  private static Quantity extreme(List<Quantity> values, int direction) {
    Quantity best = values.getFirst();
    for (Quantity value : values) {
      if (value.compare(best) * direction > 0) {
        best = value;
      }
    }
    return best;
  }

  private static Quantity sum(List<Quantity> values) {
    Quantity total = Quantity.Exact.ZERO;
    for (Quantity value : values) {
      total = total.plus(value);
    }
    return total;
  }

  private static Quantity gcd(Quantity a, Quantity b) {
    return Quantity.of(whole("gcd", a).gcd(whole("gcd", b)));
  }

  private static Quantity lcm(Quantity a, Quantity b) {
    BigInteger left = whole("lcm", a);
    BigInteger right = whole("lcm", b);
    if (left.signum() == 0 || right.signum() == 0) {
      return Quantity.Exact.ZERO;
    }
    return Quantity.of(left.divide(left.gcd(right)).multiply(right).abs());
  }

  private static Quantity factorial(Quantity n) {
    BigInteger whole = whole("factorial", n);
    if (whole.signum() < 0) {
      throw Rejection.ofArithmetic(
          "the factorial of a negative number is not defined", "use a whole number from 0");
    }
    if (whole.compareTo(BigInteger.valueOf(MAX_FACTORIAL)) > 0) {
      throw Rejection.ofArithmetic(
          "the factorial of a number above " + MAX_FACTORIAL + " is larger than 10^10000",
          "use a smaller number");
    }
    int last = whole.intValueExact();
    Quantity product = Quantity.Exact.ONE;
    for (int factor = 2; factor <= last; factor++) {
      product = product.times(Quantity.of(BigDecimal.valueOf(factor)));
    }
    return product;
  }

  private static BigInteger whole(String name, Quantity value) {
    BigInteger integer = value.integer();
    if (integer == null) {
      throw Rejection.ofArithmetic(
          name + " takes whole numbers that are exactly known",
          "round(x) a fraction first; numbers above 1000 digits and irrational ones do not count");
    }
    return integer;
  }
}
