package dev.weirkeeper.operations.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with their unit. A bare number is refused: nobody can tell seconds from milliseconds. */
final class Quantity {

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]+)");

  private Quantity() {}

  static Duration duration(String text) throws Setting.Unreadable {
    String expected = "a number with its unit (ms, s, m, h or d), such as 30s";
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches()) {
      throw new Setting.Unreadable(expected);
    }
    long number = Long.parseLong(form.group(1));
    try {
      return switch (form.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        case "d" -> Duration.ofDays(number);
        default -> throw new Setting.Unreadable(expected);
      };
    } catch (ArithmeticException e) {
      throw new Setting.Unreadable(expected);
    }
  }

  static long bytes(String text) throws Setting.Unreadable {
    String expected = "a number with its unit (B, KiB, MiB or GiB), such as 64KiB";
    Matcher form = FORM.matcher(text.trim());
    if (!form.matches()) {
      throw new Setting.Unreadable(expected);
    }
    long number = Long.parseLong(form.group(1));
    try {
      return switch (form.group(2)) {
        case "B" -> number;
        case "KiB" -> Math.multiplyExact(number, 1L << 10);
        case "MiB" -> Math.multiplyExact(number, 1L << 20);
        case "GiB" -> Math.multiplyExact(number, 1L << 30);
        default -> throw new Setting.Unreadable(expected);
      };
    } catch (ArithmeticException e) {
      throw new Setting.Unreadable(expected);
    }
  }
}
