package dev.weirkeeper.executor.builtin.calculator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CalculatorTest {

  /** No accepted expression may take longer; a slow machine under load is allowed for. */
  private static final Duration BOUND = Duration.ofSeconds(2);

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("values")
  void an_expression_has_the_value_that_mathematics_gives_it(
      String expression, String result, String exactness) {
    Evaluation evaluation = Calculator.evaluate(expression);

    assertThat(evaluation).as(expression).isInstanceOf(Evaluation.Value.class);
    Evaluation.Value value = (Evaluation.Value) evaluation;
    assertThat(new BigDecimal(value.result())).isEqualByComparingTo(result);
    assertThat(value.exact()).isEqualTo(exactness.equals("exact"));
  }

  @ParameterizedTest(name = "{0} is refused at {1}")
  @MethodSource("abuse")
  void an_expression_without_a_value_is_refused_with_its_place_and_advice(
      String expression, String position, String words) {
    Evaluation evaluation = Calculator.evaluate(expression);

    assertThat(evaluation).as(expression).isInstanceOf(Evaluation.Rejected.class);
    Evaluation.Rejected rejected = (Evaluation.Rejected) evaluation;
    assertThat(rejected.message() + "; " + rejected.hint()).contains(words);
    assertThat(rejected.position()).isEqualTo(Integer.parseInt(position));
    assertThat(rejected.hint()).isNotBlank();
  }

  @Test
  void the_abuse_corpus_keeps_its_size() {
    assertThat(abuse().count()).isGreaterThanOrEqualTo(200);
  }

  @Test
  void a_fraction_that_no_decimal_states_is_shown_as_one_too() {
    assertThat(Calculator.evaluate("2/6"))
        .isEqualTo(new Evaluation.Value("0.33333333333333333333", false, "1/3"));
  }

  @Test
  void integers_are_exact_to_a_thousand_digits() {
    Evaluation.Value value = (Evaluation.Value) Calculator.evaluate("7^1183 - 7^1183 + 10^999 + 1");

    assertThat(value.result()).hasSize(1000).startsWith("1000").endsWith("0001");
    assertThat(value.exact()).isTrue();
  }

  @Test
  void nesting_is_bounded() {
    assertThat(Calculator.evaluate("(".repeat(64) + "1" + ")".repeat(64)))
        .isEqualTo(new Evaluation.Value("1", true, null));
    for (String opening : List.of("(", "-", "+", "sqrt(", "2^", "-(", "abs(-")) {
      assertThat(Calculator.evaluate(opening.repeat(200) + "1"))
          .as(opening)
          .isInstanceOfSatisfying(
              Evaluation.Rejected.class,
              rejected -> assertThat(rejected.message()).contains("64 levels deep"));
    }
  }

  @Test
  void length_is_bounded_before_anything_is_read() {
    assertThat(Calculator.evaluate("1".repeat(10_000_000)))
        .isInstanceOfSatisfying(
            Evaluation.Rejected.class,
            rejected -> assertThat(rejected.message()).contains("10000000 characters long"));
    assertThat(Calculator.evaluate("1+".repeat(600) + "1"))
        .isInstanceOfSatisfying(
            Evaluation.Rejected.class,
            rejected -> assertThat(rejected.message()).contains("more than 1000"));
  }

  @Test
  void the_dearest_expressions_end_soon() {
    List<String> dear =
        List.of(
            "9".repeat(1990) + "^2",
            "3249!",
            String.join("+", Collections.nCopies(150, "3249!")),
            String.join("*", Collections.nCopies(300, "sin(1)")),
            String.join("+", Collections.nCopies(300, "ln(7)")),
            String.join("+", Collections.nCopies(300, "e^.1")),
            String.join("+", Collections.nCopies(250, "9^.015625")),
            String.join("+", Collections.nCopies(200, "2^3300/3")),
            String.join("^.5+", Collections.nCopies(200, "atan(.99)")),
            String.join("+", IntStream.range(2, 330).mapToObj(n -> "1/" + n).toList()));
    for (String expression : dear) {
      long start = System.nanoTime();
      Calculator.evaluate(expression);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).as(expression).isLessThan(BOUND);
    }
  }

  @Test
  void whatever_is_written_ends_in_a_value_or_a_reason() {
    String[] pieces = {
      "1",
      "0",
      "9.5",
      "1e5",
      ".",
      "e",
      "+",
      "-",
      "*",
      "/",
      "//",
      "%",
      "^",
      "**",
      "!",
      "(",
      ")",
      ",",
      "sqrt(",
      "ln(",
      "sin(",
      "round(",
      "max(",
      "log(",
      "factorial(",
      "pi",
      " ",
      "x",
      "$",
      "1e-9",
      "\u0000"
    };
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      StringBuilder expression = new StringBuilder();
      for (int n = random.nextInt(1, 25); n > 0; n--) {
        expression.append(pieces[random.nextInt(pieces.length)]);
      }
      long start = System.nanoTime();
      Evaluation evaluation = Calculator.evaluate(expression.toString());
      Duration took = Duration.ofNanos(System.nanoTime() - start);

      assertThat(took).as("seed %d: %s", seed, expression).isLessThan(BOUND);
      switch (evaluation) {
        case Evaluation.Value value ->
            assertThat(value.result())
                .as("seed %d: %s", seed, expression)
                .matches("-?[0-9][0-9.]*(E[+-]?[0-9]+)?");
        case Evaluation.Rejected rejected ->
            assertThat(rejected.position())
                .as("seed %d: %s", seed, expression)
                .isBetween(1, expression.length() + 1);
      }
    }
  }

  static Stream<Arguments> values() {
    return rows("values.tsv");
  }

  static Stream<Arguments> abuse() {
    return rows("abuse.tsv");
  }

  private static Stream<Arguments> rows(String resource) {
    try (InputStream in = CalculatorTest.class.getResourceAsStream(resource)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .skip(1)
          .map(line -> line.split("\t", -1))
          .map(cells -> Arguments.of(unescaped(cells[0]), cells[1], cells[2]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unescaped(String cell) {
    return Pattern.compile("\\\\u([0-9A-F]{4})")
        .matcher(cell)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    Character.toString((char) Integer.parseInt(match.group(1), 16))));
  }
}
