package dev.weirkeeper.operations.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with their unit. A bare number is refused: nobody can tell seconds from milliseconds. */
public final class Quantity {

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]+)");
  private static final String DURATION = "a number with its unit (ms, s, m, h or d), such as 30s";
  private static final String BYTES = "a number with its unit (B, KiB, MiB or GiB), such as 64KiB";

  private Quantity() {}

  /**
   * A length of time such as {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 7d}.
   *
   * @throws IllegalArgumentException saying what is expected
   */
  public static Duration duration(String text) {
    Matcher form = matched(text, DURATION);
    long number = Long.parseLong(form.group(1));
    try {
      return switch (form.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        case "d" -> Duration.ofDays(number);
        default -> throw new IllegalArgumentException(DURATION);
      };
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(DURATION, e);
    }
  }

  /**
   * A number of bytes such as {@code 512B}, {@code 64KiB}, {@code 10MiB} or {@code 2GiB}.
   *
   * @throws IllegalArgumentException saying what is expected
   */
  public static long bytes(String text) {
    Matcher form = matched(text, BYTES);
    long number = Long.parseLong(form.group(1));
    try {
      return switch (form.group(2)) {
        case "B" -> number;
        case "KiB" -> Math.multiplyExact(number, 1L << 10);
        case "MiB" -> Math.multiplyExact(number, 1L << 20);
        case "GiB" -> Math.multiplyExact(number, 1L << 30);
        default -> throw new IllegalArgumentException(BYTES);
      };
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(BYTES, e);
    }
  }

  private static Matcher matched(String text, String expected) {
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches()) {
      throw new IllegalArgumentException(expected);
    }
    return form;
  }
}
