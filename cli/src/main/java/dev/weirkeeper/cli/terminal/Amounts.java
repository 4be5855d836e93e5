package dev.weirkeeper.cli.terminal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Amounts as people read them. */
public final class Amounts {

  private static final int NANO_DIGITS = 9;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private Amounts() {}

  /** Dollars with six decimals, or with all nine if the last three matter, such as $0.001234. */
  public static String dollars(long nanoUsd) {
    BigDecimal exact = BigDecimal.valueOf(nanoUsd, NANO_DIGITS);
    BigDecimal short6 = exact.setScale(6, RoundingMode.HALF_UP);
    return "$" + (short6.compareTo(exact) == 0 ? short6 : exact).toPlainString();
  }

  /** Milliseconds below a second, then seconds, then minutes and seconds. */
  public static String time(Duration duration) {
    long ms = duration.toMillis();
    if (ms < 1000) {
      return ms + " ms";
    }
    return ms < 120_000
        ? String.format(Locale.ROOT, "%.1f s", ms / 1000.0)
        : "%dm %02ds".formatted(ms / 60_000, ms / 1000 % 60);
  }

  /** A moment in the local time zone, to the second. */
  public static String moment(Instant instant) {
    return TIME.format(instant);
  }

  /** A number with thousands separated. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** The beginning of a text on one line. */
  public static String head(String text, int characters) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= characters ? line : line.substring(0, characters - 1) + "…";
  }
}
